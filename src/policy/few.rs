/// A handful of values that is mostly small, kept where it stands: only a long one takes memory from the heap.
#[derive(Debug)]
pub(super) enum Few<T> {
    None,
    Short([T; 6], usize),
    Long(Vec<T>),
}

impl<T: Copy> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        let Some(first) = items.next() else { return Self::None };
        let (mut short, mut len) = ([first; 6], 1);
        for item in items.by_ref() {
            let Some(slot) = short.get_mut(len) else {
                return Self::Long(short.into_iter().chain([item]).chain(items).collect());
            };
            *slot = item;
            len += 1;
        }
        Self::Short(short, len)
    }
}

impl<T> Few<T> {
    pub(super) fn as_slice(&self) -> &[T] {
        match self {
            Self::None => &[],
            Self::Short(items, len) => items.get(..*len).unwrap_or_default(),
            Self::Long(items) => items,
        }
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.as_slice().iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Few;

    #[test]
    fn it_holds_what_it_was_given() {
        for length in 0..20 {
            let given: Vec<u32> = (0..length).collect();
            assert_eq!(given.iter().copied().collect::<Few<_>>().as_slice(), given);
        }
    }
}
