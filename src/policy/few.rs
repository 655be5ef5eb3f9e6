/// A handful of values that is mostly small, kept where it stands: only a long one takes memory from the heap.
#[derive(Debug)]
pub(super) struct Few<T> {
    first: [Option<T>; 6],
    more: Vec<T>,
}

impl<T: Copy> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut items = items.into_iter();
        let mut first = [None; 6];
        for slot in &mut first {
            *slot = items.next();
            if slot.is_none() {
                return Self { first, more: Vec::new() };
            }
        }
        Self { first, more: items.collect() }
    }
}

impl<T: Copy> Few<T> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().map_while(Option::as_ref).chain(&self.more)
    }
}
