/// Labels stand so far apart at least, in sizes of their letters.
pub(super) const LINE: f64 = 1.25;

/// Moves the heights of labels apart so that none stands on another and all stand between two bounds, in the order of what
/// they wanted. There must be room for all of them.
pub(super) fn apart(wanted: &mut [f64], gap: f64, low: f64, high: f64) {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    // Those that touch are a block, which stands in the middle of what its members want.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    let room = |(sum, count): &(f64, usize)| {
        let middle = sum / *count as f64;
        let half = (*count - 1) as f64 / 2.0 * gap;
        middle.min(high - half).max(low + half)
    };
    for at in &order {
        blocks.push((wanted[*at], 1));
        while let [.., before, last] = &blocks[..] {
            let between = (before.1 + last.1) as f64 / 2.0 * gap;
            if room(last) - room(before) >= between - 1e-9 {
                break;
            }
            let joined = (before.0 + last.0, before.1 + last.1);
            blocks.truncate(blocks.len() - 2);
            blocks.push(joined);
        }
    }
    let mut order = order.into_iter();
    for block in &blocks {
        let first = room(block) - (block.1 - 1) as f64 / 2.0 * gap;
        for (place, at) in order.by_ref().take(block.1).enumerate() {
            wanted[at] = first + place as f64 * gap;
        }
    }
}

/// How many labels have room below each other.
pub(super) fn fitting(height: f64, gap: f64) -> usize {
    ((height / gap) as usize + 1).max(1)
}
