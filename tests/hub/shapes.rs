//! Lineages that are not like a Hub: those in which counting distinct models or owners could take the square of the time.
//! Seeded; the same words give the same lineage everywhere.

use fastrand::Rng;

/// Parents and children, numbers of models, and each model's owner.
pub struct Made {
    pub links: Vec<(u32, u32)>,
    pub owners: Vec<u32>,
}

/// Every kind, and what it is.
pub const KINDS: &[(&str, &str)] = &[
    ("ladder", "diamonds one below the other, every model of its own owner"),
    ("ladder-one", "the same of one owner"),
    ("ladder-pairs", "the same, owners of two models, anywhere"),
    ("ladder-leaves", "the same, a leaf at each model of an owner of four leaves, anywhere"),
    ("chords", "a ladder with a link from every hundredth diamond to any below"),
    ("layers", "layers of forty, each model a merge of ten of the layer before"),
    ("layers-pairs", "the same, owners of two models, anywhere"),
    ("grid", "a square in which every model has a child to the right and one below"),
    ("cycles", "cycles of three, each the parent of two others' members below"),
    ("nested", "diamonds within the arms of diamonds, at random"),
    ("butterfly", "layers in which a model has two children, as in a fast Fourier transform"),
    ("permuted", "two chains whose models merge in pairs, in any order"),
    ("random", "every model a merge of two older ones, anywhere"),
    ("window", "every model a merge of three of the thousand before"),
];

/// A lineage of a kind with some `size` heads, or diamonds.
pub fn make(kind: &str, size: u32, seed: u64) -> Option<Made> {
    let mut rng = Rng::with_seed(seed);
    let (shape, owners) = kind.split_once('-').unwrap_or((kind, ""));
    let mut links = match shape {
        "ladder" | "chords" => ladder(size),
        "layers" => layers(size, &mut rng),
        "grid" => grid(size.isqrt()),
        "cycles" => cycles(size),
        "nested" => nested(size, &mut rng),
        "butterfly" => butterfly(size),
        "permuted" => permuted(size, &mut rng),
        "random" => (2..size).flat_map(|at| [(rng.u32(..at), at), (rng.u32(..at), at)]).collect(),
        "window" => {
            let parent = |rng: &mut Rng, at: u32| rng.u32(at.saturating_sub(1000)..at);
            (1..size).flat_map(|at| [(); 3].map(|()| (parent(&mut rng, at), at))).collect()
        }
        _ => return None,
    };
    if shape == "chords" {
        for at in (0..size.saturating_sub(1)).step_by(100) {
            links.push((3 * at, 3 * rng.u32(at + 1..size)));
        }
    }
    links.retain(|(parent, child)| parent != child);
    links.sort_unstable();
    links.dedup();
    let mut nodes = links.iter().map(|(parent, child)| *parent.max(child) + 1).max().unwrap_or(0);
    let mut owners: Vec<u32> = match owners {
        "" => (0..nodes).collect(),
        "one" => vec![0; nodes as usize],
        "pairs" => (0..nodes).map(|_| rng.u32(..nodes / 2 + 1)).collect(),
        "leaves" => (0..nodes).collect(),
        _ => return None,
    };
    if kind == "ladder-leaves" {
        for at in 0..nodes {
            links.push((at, nodes + at));
            owners.push(nodes + rng.u32(..nodes / 4 + 1));
        }
        nodes *= 2;
    }
    // Numbers as they were made would tell the order.
    let mut number: Vec<u32> = (0..nodes).collect();
    rng.shuffle(&mut number);
    let mut shuffled = vec![0; nodes as usize];
    number.iter().zip(&owners).for_each(|(at, owner)| shuffled[*at as usize] = *owner);
    let links = links.into_iter().map(|(parent, child)| (number[parent as usize], number[child as usize])).collect();
    Some(Made { links, owners: shuffled })
}

fn ladder(rungs: u32) -> Vec<(u32, u32)> {
    let rung = |at: u32| [(at, at + 1), (at, at + 2), (at + 1, at + 3), (at + 2, at + 3)];
    (0..rungs).flat_map(|at| rung(3 * at)).collect()
}

fn layers(size: u32, rng: &mut Rng) -> Vec<(u32, u32)> {
    const WIDE: u32 = 40;
    let mut links = Vec::new();
    for at in WIDE..size.max(WIDE) {
        let before = (at / WIDE - 1) * WIDE;
        let from = rng.choose_multiple(0..WIDE, 10);
        links.extend(from.into_iter().map(|parent| (before + parent, at)));
    }
    links
}

fn grid(side: u32) -> Vec<(u32, u32)> {
    let mut links = Vec::new();
    for (row, column) in (0..side).flat_map(|row| (0..side).map(move |column| (row, column))) {
        let at = row * side + column;
        links.extend((column + 1 < side).then_some((at, at + 1)));
        links.extend((row + 1 < side).then_some((at, at + side)));
    }
    links
}

fn cycles(size: u32) -> Vec<(u32, u32)> {
    let cycle = |at: u32| [(at, at + 1), (at + 1, at + 2), (at + 2, at), (at, at + 3), (at + 1, at + 7)];
    (0..size / 3).flat_map(|at| cycle(3 * at)).collect()
}

/// Links are taken by turns and made into a diamond or a chain of two.
fn nested(size: u32, rng: &mut Rng) -> Vec<(u32, u32)> {
    let mut links = vec![(0, 1)];
    let mut nodes = 2;
    while nodes < size {
        let at = rng.usize(..links.len());
        let (parent, child) = links[at];
        links[at] = (parent, nodes);
        links.push((nodes, child));
        nodes += 1;
        if rng.bool() {
            links.extend([(parent, nodes), (nodes, child)]);
            nodes += 1;
        }
    }
    links
}

fn butterfly(size: u32) -> Vec<(u32, u32)> {
    let mut bits = 1;
    while (bits + 2) << (bits + 1) <= size {
        bits += 1;
    }
    let wide = 1 << bits;
    let step = |layer: u32| {
        (0..wide).flat_map(move |at| [at, at ^ 1 << layer].map(|to| (layer * wide + at, (layer + 1) * wide + to)))
    };
    (0..bits).flat_map(step).collect()
}

fn permuted(size: u32, rng: &mut Rng) -> Vec<(u32, u32)> {
    let third = size / 3;
    let mut order: Vec<u32> = (0..third).collect();
    rng.shuffle(&mut order);
    let mut links = Vec::new();
    for at in 0..third {
        links.extend((at + 1 < third).then_some((at, at + 1)));
        links.extend((at + 1 < third).then_some((third + at, third + at + 1)));
        links.extend([(at, 2 * third + at), (third + order[at as usize], 2 * third + at)]);
    }
    links
}
