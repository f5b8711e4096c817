//! Quantiles of what was measured.

/// Values in the order of their size.
#[derive(Clone, Debug, Default)]
pub struct Sorted(Vec<f64>);

impl Sorted {
    /// Sorts.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The value that a share of `q` (0 to 1) does not exceed; NaN when there are none.
    pub fn quantile(&self, q: f64) -> f64 {
        let rank = (q * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.clamp(1, self.0.len().max(1)) - 1).copied().unwrap_or(f64::NAN)
    }

    /// All of them, the smallest first.
    pub fn values(&self) -> impl Iterator<Item = f64> {
        self.0.iter().copied()
    }

    /// The middle one.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The largest; NaN when there are none.
    pub fn max(&self) -> f64 {
        self.quantile(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_values_that_were_seen() {
        let values = Sorted::of((1..=100).rev().map(f64::from));
        assert_eq!(values.len(), 100);
        let seen = [0.0, 0.5, 0.95, 0.99, 1.0].map(|q| values.quantile(q) as u32);
        assert_eq!(seen, [1, 50, 95, 99, 100]);
        assert!(Sorted::of([]).median().is_nan());
    }
}
