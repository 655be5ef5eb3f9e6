use std::io::Read;

use crate::shop::table::{Table, TableError};

/// Whether the day comes first in a file's dates such as `03/04/2025`, by those of them that can only be read one way.
/// `None`: the file has none such, or has both. For [`Reading::day_first`](super::Reading::day_first), where nobody says.
///
/// ```
/// use optin::report::audit::day_first;
/// assert_eq!(day_first(b"numero;date\n0612345678;03/04/2025\n0612345678;25/04/2025\n".as_slice())?, Some(true));
/// assert_eq!(day_first(b"phone,sent\n2125550100,04/25/2025\n".as_slice())?, Some(false));
/// assert_eq!(day_first(b"phone,sent\n2125550100,04/25/2025\n2125550100,25/04/2025\n".as_slice())?, None);
/// # Ok::<(), optin::shop::table::TableError>(())
/// ```
///
/// # Errors
/// The file cannot be read as a table. A row that cannot is passed over.
pub fn day_first(source: impl Read) -> Result<Option<bool>, TableError> {
    let (mut day, mut month) = (false, false);
    // A row that cannot be read is told when the file is read for good.
    for row in Table::open(source)?.filter_map(Result::ok) {
        for (first, second) in row.cells().filter_map(numbers) {
            day |= first > 12;
            month |= second > 12;
        }
    }
    Ok((day != month).then_some(day))
}

/// The first two numbers of what is written as a date with its year last.
fn numbers(cell: &str) -> Option<(u32, u32)> {
    let head = cell.trim().split([' ', 'T', ',']).next()?;
    let mut parts = head.split(['/', '.', '-']);
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
    let short = |part: &str| (1..=2).contains(&part.len());
    if parts.next().is_some() || !short(first) || !short(second) || year.len() != 4 {
        return None;
    }
    year.parse::<u32>().ok()?;
    let (first, second) = (first.parse().ok()?, second.parse().ok()?);
    (first <= 31 && second <= 31).then_some((first, second))
}
