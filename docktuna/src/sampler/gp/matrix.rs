//! Matrices of which the lower half is kept, row by row.

use crate::sampler::lanes::{add_scaled, dot};

/// The lower half of a square matrix: a triangle, or half of a symmetric one.
#[derive(Debug, Clone)]
pub(super) struct Lower {
    size: usize,
    cells: Vec<f64>,
}

/// Where a row begins.
const fn start(row: usize) -> usize {
    row * (row + 1) / 2
}

impl Lower {
    /// The matrix with these cells, of which the column is at most the row.
    pub(super) fn of(size: usize, mut cell: impl FnMut(usize, usize) -> f64) -> Self {
        let mut cells = Vec::with_capacity(start(size));
        for row in 0..size {
            cells.extend((0..=row).map(|column| cell(row, column)));
        }
        Self { size, cells }
    }

    /// A row up to its diagonal cell.
    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.cells[start(row)..start(row + 1)]
    }

    /// The triangle L with LLᵀ being this symmetric matrix; `None` if it is not safely positive definite.
    pub(super) fn cholesky(mut self) -> Option<Self> {
        for row in 0..self.size {
            let (above, own) = self.cells.split_at_mut(start(row));
            for column in 0..row {
                let other = &above[start(column)..start(column + 1)];
                let rest = own[column] - dot(&own[..column], &other[..column]);
                own[column] = rest / other[column];
            }
            let square = own[row] - dot(&own[..row], &own[..row]);
            // Rounding has eaten all digits of a smaller one. This is false for NaN, too.
            let is_safe = square > 1e-13 * own[row];
            if !is_safe || !square.is_finite() {
                return None;
            }
            own[row] = square.sqrt();
        }
        Some(self)
    }

    /// The inverse of this triangle.
    pub(super) fn inverse(&self) -> Self {
        let mut cells: Vec<f64> = Vec::with_capacity(self.cells.len());
        let mut sum = vec![0.0; self.size];
        for row in 0..self.size {
            sum[..row].fill(0.0);
            let own = self.row(row);
            for (column, factor) in own[..row].iter().enumerate() {
                let other = &cells[start(column)..start(column + 1)];
                add_scaled(&mut sum[..=column], *factor, other);
            }
            let scale = 1.0 / own[row];
            cells.extend(sum[..row].iter().map(|sum| -sum * scale));
            cells.push(scale);
        }
        Self {
            size: self.size,
            cells,
        }
    }

    /// LᵀL for this triangle L.
    pub(super) fn gram(&self) -> Self {
        let mut cells = vec![0.0; self.cells.len()];
        for row in 0..self.size {
            let own = self.row(row);
            for (column, factor) in own.iter().enumerate() {
                let sums = &mut cells[start(column)..start(column + 1)];
                add_scaled(sums, *factor, &own[..=column]);
            }
        }
        Self {
            size: self.size,
            cells,
        }
    }

    /// Lv for this triangle L, as long as `vector` is.
    pub(super) fn times(&self, vector: &[f64]) -> Vec<f64> {
        let rows = (0..vector.len()).map(|row| dot(self.row(row), &vector[..=row]));
        rows.collect()
    }

    /// Lᵀv for this triangle L, as long as `vector` is.
    pub(super) fn transposed_times(&self, vector: &[f64]) -> Vec<f64> {
        let mut sum = vec![0.0; vector.len()];
        for (row, factor) in vector.iter().enumerate() {
            add_scaled(&mut sum[..=row], *factor, self.row(row));
        }
        sum
    }

    /// The squared length of Lv for this triangle L and four vectors at once, which is about twice as fast as one
    /// after the other.
    pub(super) fn squared_lengths(&self, vectors: [&[f64]; 4]) -> [f64; 4] {
        const WIDTH: usize = 4;
        let mut squares = [0.0; 4];
        for row in 0..self.size {
            let own = self.row(row);
            let mut sums = [[0.0; WIDTH]; 4];
            let (chunks, rest) = own.as_chunks::<WIDTH>();
            let [a, b, c, d] = vectors.map(|vector| vector[..=row].as_chunks::<WIDTH>());
            for ((((own, a), b), c), d) in chunks.iter().zip(a.0).zip(b.0).zip(c.0).zip(d.0) {
                for (sum, vector) in sums.iter_mut().zip([a, b, c, d]) {
                    for ((sum, own), cell) in sum.iter_mut().zip(own).zip(vector) {
                        *sum += own * cell;
                    }
                }
            }
            let ends = [a.1, b.1, c.1, d.1];
            for ((square, sum), end) in squares.iter_mut().zip(sums).zip(ends) {
                let mut total = (sum[0] + sum[2]) + (sum[1] + sum[3]);
                for (own, cell) in rest.iter().zip(end) {
                    total += own * cell;
                }
                *square += total * total;
            }
        }
        squares
    }

    /// The sum of the logarithms of the diagonal.
    pub(super) fn ln_diagonal(&self) -> f64 {
        let diagonal = (0..self.size).map(|row| self.cells[start(row) + row].ln());
        diagonal.sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// exp(−|i − j| / 3), which is well conditioned.
    fn example(size: usize) -> Lower {
        Lower::of(size, |row, column| {
            let distance = f64::from(u32::try_from(row - column).unwrap());
            (-distance / 3.0).exp() + if row == column { 0.1 } else { 0.0 }
        })
    }

    fn full(lower: &Lower, row: usize, column: usize) -> f64 {
        if column <= row {
            lower.row(row)[column]
        } else {
            0.0
        }
    }

    #[test]
    fn a_factor_and_its_inverse_give_the_matrix_back() {
        for size in [1, 2, 7, 8, 9, 33] {
            let matrix = example(size);
            let factor = matrix.clone().cholesky().unwrap();
            let inverse = factor.inverse();
            let gram = inverse.gram();
            for i in 0..size {
                for j in 0..=i {
                    let product: f64 = (0..size)
                        .map(|k| full(&factor, i, k) * full(&factor, j, k))
                        .sum();
                    assert!((product - matrix.row(i)[j]).abs() < 1e-14);
                    let unit: f64 = (0..size)
                        .map(|k| full(&factor, i, k) * full(&inverse, k, j))
                        .sum();
                    let expected = if i == j { 1.0 } else { 0.0 };
                    assert!((unit - expected).abs() < 1e-13);
                    let both: f64 = (0..size)
                        .map(|k| full(&inverse, k, i) * full(&inverse, k, j))
                        .sum();
                    assert!((both - gram.row(i)[j]).abs() < 1e-12);
                }
            }
        }
    }

    #[test]
    fn products_with_vectors_are_sums_of_cells() {
        let size = 21;
        let triangle = example(size).cholesky().unwrap();
        let vector = |k: usize| -> Vec<f64> {
            (0..size)
                .map(|i| f64::from(u32::try_from((i * 7 + k * 3) % 11).unwrap()) - 5.0)
                .collect()
        };
        let vectors: [Vec<f64>; 4] = std::array::from_fn(vector);
        let squares = triangle.squared_lengths(std::array::from_fn(|k| &*vectors[k]));
        for (vector, square) in vectors.iter().zip(squares) {
            let product = triangle.times(vector);
            for (row, found) in product.iter().enumerate() {
                let sum: f64 = (0..size).map(|k| full(&triangle, row, k) * vector[k]).sum();
                assert!((sum - found).abs() < 1e-12);
            }
            let length: f64 = product.iter().map(|x| x * x).sum();
            assert!((length - square).abs() < 1e-10 * length);
            for (column, found) in triangle.transposed_times(vector).iter().enumerate() {
                let sum: f64 = (0..size)
                    .map(|k| full(&triangle, k, column) * vector[k])
                    .sum();
                assert!((sum - found).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn what_is_not_positive_definite_has_no_factor() {
        assert!(Lower::of(2, |_, _| 1.0).cholesky().is_none());
        assert!(Lower::of(1, |_, _| -1.0).cholesky().is_none());
        assert!(Lower::of(1, |_, _| f64::NAN).cholesky().is_none());
        assert!(Lower::of(1, |_, _| f64::INFINITY).cholesky().is_none());
        assert!(Lower::of(0, |_, _| 0.0).cholesky().is_some());
    }
}
