//! Who descends from whom among the world's open AI models, counted exactly.
//!
//! The rooms, in the order in which data pass through them:
//!
//! ```text
//! source     records out of the Hub, dumps, cards and text; every rule about messy metadata
//! crawl      the Hub's pages, one after the other, kept as they come
//! snapshot   all records of one instant, in one file
//! lineage    the graph: parents, children, cycles, what is odd
//! search     models by words of their ids, best first
//! census     counts below every model and of families, rankings       <- reference: families, aliases
//! import     sources become a finished snapshot
//! provenance where models come from, whom they reach, under which terms
//! report     the same as rows for programs and blocks for people       <- ink: tables, JSON, CSV, Markdown, pages
//! survey     the whole of a snapshot in sections: the figures that reports on the Hub publish
//! export     a part of the lineage as a graph file or a drawing
//! explorer   the map: the lineage as trees in which every model stands once, and the pages that show it
//! ask        the front desk: a question is data, and its answer has facts, their definition and the snapshot
//! schema     what programs read: every answer as types, and JSON schemas of them
//! ```
//!
//! The features `cli`, `crawl`, `export` and `schema` are on by default: the program, the Hub's client, graph files with drawings, and
//! the answers' types.
//!
//! ```
//! use modelkin::census::{Census, Counting};
//! use modelkin::lineage::Lineage;
//! use modelkin::snapshot::Builder;
//!
//! let mut builder = Builder::new();
//! let text = "meta/base -> meta/chat : finetune\nmeta/chat -> you/chat-GGUF : quantized";
//! modelkin::source::edges::read_text("example", text, &mut |found| builder.add(found));
//! let snapshot = builder.finish("example", None, None)?;
//! let lineage = Lineage::from_snapshot(&snapshot)?;
//! let census = Census::count(&lineage, &Counting::default())?;
//! let base = lineage.find("meta/base").unwrap();
//! assert_eq!((census.facts(base).direct, census.facts(base).descendants), (1, 2));
//! # Ok::<(), modelkin::census::Error>(())
//! ```
//!
//! The front desk answers questions that are data:
//!
//! ```
//! use modelkin::ask::{Atlas, Family, Question, Tables};
//!
//! let atlas = Atlas::new(&modelkin::sample()?, Tables::built_in()?);
//! let answer = atlas.ask(&Question::Family(Family { name: "Qwen".into(), ..Family::default() }))?;
//! println!("{}\n{}", answer.definition()?.join(" "), answer.command());
//! # assert_eq!(answer.command(), "modelkin family Qwen");
//! # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
//! ```

pub mod ask;
pub mod census;
#[cfg(feature = "crawl")]
pub mod crawl;
pub mod explorer;
#[cfg(feature = "export")]
pub mod export;
pub mod import;
pub mod ink;
pub mod lineage;
pub mod model;
pub mod provenance;
pub mod reference;
pub mod report;
#[cfg(feature = "schema")]
pub mod schema;
pub mod search;
pub mod snapshot;
pub mod source;
pub mod survey;

/// The sample inside the program: some 22,000 real models out of permissively licensed catalogues. It is no census; see
/// `data/README.md`.
///
/// # Errors
/// Never, as a test shows.
pub fn sample() -> Result<snapshot::Snapshot, Box<dyn std::error::Error + Send + Sync>> {
    const MODELS: &[u8] = include_bytes!("../data/sample/models.jsonl.gz");
    const LINEAGES: &str = include_str!("../data/sample/lineages.edges");
    /// The day to which the catalogues' figures were taken, 2026-10-12.
    const TAKEN: i64 = 1_791_763_200_000;

    let mut builder = snapshot::Builder::new();
    let begin = |builder: &mut snapshot::Builder, path: &str, kind: source::Kind, bytes: &[u8]| {
        let digest = source::digest_bytes(bytes);
        builder.source(path, kind.name());
        builder.digest(&digest.sha256, digest.bytes);
    };
    begin(&mut builder, "data/sample/models.jsonl.gz", source::Kind::Jsonl, MODELS);
    source::read_rows("data/sample/models.jsonl.gz", MODELS, &mut |found| builder.add(found))?;
    begin(&mut builder, "data/sample/lineages.edges", source::Kind::Edges, LINEAGES.as_bytes());
    source::edges::read_text("data/sample/lineages.edges", LINEAGES, &mut |found| builder.add(found));
    builder.aliases(reference::Aliases::built_in()?.iter());
    Ok(builder.finish(concat!("modelkin ", env!("CARGO_PKG_VERSION")), Some(TAKEN), None)?.into_sample())
}
