//! The relation of a parent that a card names without one.

use std::borrow::Cow;

use super::words::CardWords;
use crate::model::Relation;

/// The relation where nobody states one, in the order of docs/hub.md, 6.4: adapter signals, quantized signals, merge
/// (its tags, or several `parents` of the card and no other signal), else finetune.
pub(super) fn relation<'w>(
    tags: &'w [Cow<'w, str>],
    libraries: impl Iterator<Item = &'w str> + Clone,
    card: &CardWords<'_>,
    parents: usize,
) -> Relation {
    const ADAPTER: &[&str] =
        &["peft", "lora", "qlora", "dora", "adapter", "adapters", "adapter-transformers", "template:sd-lora"];
    const QUANTIZED: &[&str] = &[
        "gguf",
        "awq",
        "gptq",
        "bitsandbytes",
        "bnb",
        "hqq",
        "onnx",
        "mlx",
        "exl2",
        "exl3",
        "quantized",
        "2-bit",
        "3-bit",
        "4-bit",
        "5-bit",
        "6-bit",
        "8-bit",
        "int4",
        "int8",
        "fp8",
        "nvfp4",
        "imatrix",
        "llama.cpp",
        "compressed-tensors",
        "openvino",
    ];
    const MERGE: &[&str] = &["merge", "mergekit", "lazymergekit"];
    let signalled = |signals: &[&str]| {
        tags.iter()
            .map(|tag| tag.as_ref())
            .chain(libraries.clone())
            .any(|word| signals.iter().any(|signal| word.eq_ignore_ascii_case(signal)))
    };
    if signalled(ADAPTER) {
        Relation::Adapter
    } else if signalled(QUANTIZED) || card.quantized_by {
        Relation::Quantized
    } else if signalled(MERGE) || parents > 1 {
        Relation::Merge
    } else {
        Relation::Finetune
    }
}

/// The relation of all the parents that rows about one model name, where that of each was inferred from its own row: a signal
/// in one row is one of the model.
pub(super) fn joined(relations: impl Iterator<Item = Relation> + Clone) -> Relation {
    let has = |relation: &Relation| relations.clone().any(|known| known == *relation);
    let signalled = [Relation::Adapter, Relation::Quantized, Relation::Merge].into_iter().find(has);
    signalled.unwrap_or(if relations.clone().count() > 1 { Relation::Merge } else { Relation::Finetune })
}
