//! Many rows in one statement.
//!
//! Each number of rows is another statement to prepare and keep, so rows are sent in batches of
//! a few fixed sizes.

/// Small enough for SQLite's 32,766 values with ten columns and more.
const SIZES: [usize; 4] = [256, 32, 4, 1];

/// Cuts `items` into batches, the largest first.
pub(crate) fn of<T>(items: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = items;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (batch, after) = rest.split_at_checked(size)?;
        rest = after;
        Some(batch)
    })
}

/// `($1, $2), ($3, $4)`: the placeholders of `rows` rows.
pub(crate) fn values(rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=columns {
            if column > 1 {
                text.push_str(", ");
            }
            text.push('$');
            text.push_str(&(row * columns + column).to_string());
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{of, values};

    #[test]
    fn batches_hold_every_item_once_in_order() {
        for length in [0, 1, 3, 4, 31, 293, 600] {
            let items: Vec<usize> = (0..length).collect();
            assert_eq!(of(&items).flatten().copied().collect::<Vec<_>>(), items);
            assert!(of(&items).all(|batch| [1, 4, 32, 256].contains(&batch.len())));
        }
    }

    #[test]
    fn placeholders_are_numbered_through() {
        assert_eq!(values(2, 3), "($1, $2, $3), ($4, $5, $6)");
    }
}
