//! Which lines two texts do not have in common.

/// Lines only in `left` (with `-`) and only in `right` (with `+`), in order: what a longest common
/// subsequence leaves out. The texts are short, so the quadratic table is small.
pub fn different<'a>(left: &'a [String], right: &'a [String]) -> Vec<(char, &'a str)> {
    let width = right.len() + 1;
    let mut longest = vec![0_u32; (left.len() + 1) * width];
    for (row, line) in left.iter().enumerate().rev() {
        for (column, other) in right.iter().enumerate().rev() {
            longest[row * width + column] = if line == other {
                longest[(row + 1) * width + column + 1] + 1
            } else {
                longest[(row + 1) * width + column].max(longest[row * width + column + 1])
            };
        }
    }
    let (mut row, mut column, mut found) = (0, 0, Vec::new());
    while row < left.len() || column < right.len() {
        let both = row < left.len() && column < right.len();
        if both && left[row] == right[column] {
            (row, column) = (row + 1, column + 1);
        } else if column == right.len()
            || (both && longest[(row + 1) * width + column] >= longest[row * width + column + 1])
        {
            found.push(('-', left[row].as_str()));
            row += 1;
        } else {
            found.push(('+', right[column].as_str()));
            column += 1;
        }
    }
    found
}
