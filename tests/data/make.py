#!/usr/bin/env python3
"""Makes the Parquet files of this folder with pyarrow: tiny dumps in the shapes that hub-stats has had.

    pip install pyarrow && python3 tests/data/make.py

The models are made up. tests/it/sources.rs says what must come out of each file.
"""

import datetime
import pathlib

import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).resolve().parent
(HERE / "refused").mkdir(exist_ok=True)
DAY = datetime.datetime(2024, 5, 1, 12, 30, tzinfo=datetime.timezone.utc)


def write(name, table, **options):
    pq.write_table(table, HERE / name, **options)


base_models = pa.struct([
    ("relation", pa.string()),
    ("models", pa.list_(pa.struct([("_id", pa.string()), ("id", pa.string())]))),
])

# The dump of today: structs, timestamps, several row groups, columns that nobody asks for.
write("today.parquet", pa.table({
    "_id": pa.array([f"{at:024x}" for at in range(5)]),
    "id": pa.array(["a/base", "b/chat", "c/chat-GGUF", None, "d/blend"]),
    "author": pa.array(["a", "b", "c", None, "d"]),
    "createdAt": pa.array([DAY, DAY, None, DAY, DAY], pa.timestamp("us", "UTC")),
    "downloads": pa.array([1000, 20, 3, 4, None], pa.int64()),
    "downloadsAllTime": pa.array([5000, None, 30, 4, 9], pa.int64()),
    "likes": pa.array([7, 0, None, 1, 2], pa.int32()),
    "pipeline_tag": pa.array(["text-generation", "text-generation", None, None, ""]),
    "library_name": pa.array(["transformers", None, "gguf", None, None]),
    "tags": pa.array([
        ["license:mit", "en"],
        ["base_model:a/base", "base_model:finetune:a/base"],
        ["gguf", "base_model:b/chat", "base_model:quantized:b/chat"],
        [],
        None,
    ]),
    "safetensors": pa.array([{"parameters": None, "total": 7000000000}, None, {"parameters": None, "total": None}, None, None],
                            pa.struct([("parameters", pa.string()), ("total", pa.int64())])),
    "baseModels": pa.array([
        None,
        {"relation": "finetune", "models": [{"_id": "1", "id": "a/base"}]},
        {"relation": "quantized", "models": [{"_id": "2", "id": "b/chat"}]},
        None,
        {"relation": "merge", "models": [{"_id": "1", "id": "a/base"}, {"_id": "2", "id": "b/chat"}]},
    ], base_models),
    "cardData": pa.array([None, '{"base_model": "a/base", "license": "apache-2.0"}', "{}", None, None]),
}), row_group_size=2, compression="zstd")

# An older one: text dates, no baseModels, counts as floats with nulls, the id under its old name, snappy.
write("old.parquet", pa.table({
    "modelId": pa.array(["a/base", "b/chat"]),
    "createdAt": pa.array(["2024-05-01T12:30:00.000Z", "yesterday"]),
    "downloads": pa.array([1000.0, None], pa.float64()),
    "tags": pa.array([[], ["base_model:a/base"]], pa.large_list(pa.large_string())),
}), compression="snappy")

# Required columns, nanoseconds, baseModels as JSON text.
schema = pa.schema([
    pa.field("id", pa.string(), nullable=False),
    pa.field("createdAt", pa.timestamp("ns"), nullable=False),
    pa.field("baseModels", pa.string()),
])
write("required.parquet", pa.table({
    "id": ["a/base", "b/chat"],
    "createdAt": [DAY.replace(tzinfo=None)] * 2,
    "baseModels": [None, '{"relation":"adapter","models":[{"_id":"1","id":"a/base"}]}'],
}, schema=schema), compression="gzip")

write("no-id.parquet", pa.table({"name": ["a/base"], "downloads": [1]}))

# Types that other writers choose for the same things: unsigned numbers, numbers as text, days.
write("types.parquet", pa.table({
    "id": pa.array(["a/base", "b/chat"]).dictionary_encode(),
    "downloads": pa.array([2**63 + 1, 5], pa.uint64()),
    "likes": pa.array(["7", "many"]),
    "createdAt": pa.array([datetime.date(2024, 5, 1), None], pa.date32()),
    "tags": pa.array([[], ["base_model:a/base"]]),
}), compression="lz4", data_page_version="2.0")

# A null is not known, an empty list is none: rows that come after others must not undo them by a null.
write("nulls.parquet", pa.table({
    "id": pa.array([None, "b/chat", "c/chat"]),
    "modelId": pa.array(["a/base", None, None]),
    "tags": pa.array([None, None, []], pa.list_(pa.string())),
    "baseModels": pa.array([None, None, []], pa.list_(pa.string())),
    "likes": pa.nulls(3),
    "safetensors": pa.nulls(3),
    "cardData": pa.array(["null", None, '{"license":"mit","base\\u005fmodel":"a/base"}']),
}))

# baseModels as plain lists.
write("lists.parquet", pa.table({
    "id": ["b/chat", "c/blend"],
    "baseModels": [["a/base"], ["a/base", "b/chat"]],
}))
write("objects.parquet", pa.table({
    "id": ["b/chat", "c/blend"],
    "baseModels": [[{"_id": "1", "id": "a/base"}], [{"_id": "1", "id": "a/base"}, {"_id": "2", "id": "b/chat"}]],
}))

# Columns of lineage that cannot be what their names say: each file is named for its own.
for column, values in {
    "id": pa.array([{"org": "a", "name": "base"}]),
    "tags": pa.array([[1]]),
    "baseModels": pa.array([{"relation": "finetune", "parents": ["a/base"]}]),
    "cardData": pa.array([{"base_model": "a/base"}]),
    "base_model": pa.array([7]),
}.items():
    columns = {column: values} if column == "id" else {"id": ["a/base"], column: values}
    write(f"refused/{column}.parquet", pa.table(columns))
write("refused/relation.parquet", pa.table({
    "id": ["a/base"],
    "baseModels": pa.array([{"relation": ["merge"], "models": ["c/d"]}]),
}))
write("refused/twice.parquet", pa.table([["a/base"], ["x"], [["gguf"]]], names=["id", "tags", "tags"]))

# Other columns of types that none of their values can have, and names that look like lineage.
write("passed.parquet", pa.table({
    "id": pa.array(["a/base"]),
    "likes": pa.array([1], pa.decimal128(10, 2)),
    "downloads": pa.array([[1]]),
    "pipeline_tag": pa.array([7]),
    "createdAt": pa.array([True]),
    "created_at": pa.array([1714566600.0], pa.float32()),
    "created": pa.array([1], pa.time32("ms")),
    "safetensors": pa.array([{"sum": 7}]),
    "base_model_name": pa.array(["a/other"]),
    "is_derived": pa.array([True]),
    "database": pa.array(["x"]),
}))

# Texts and numbers that stand for structs, lists and times.
write("loose.parquet", pa.table({
    "id": pa.array(["a/base", "b/chat"]),
    "createdAt": pa.array([1714566600, 1714566600000], pa.int64()),
    "tags": pa.array(["['license:mit', 'en']", '["base_model:a/base"]']),
    "safetensors": pa.array(['{"total": 7}', None]),
    "baseModels": pa.array([None, "{'relation': 'finetune', 'models': array([{'_id': '1', 'id': 'a/base'}], dtype=object)}"]),
    "cardData": pa.array(['{"license": "mit", "x": NaN}', None]),
}))

# The official client's spellings; the Hub's stand above them.
write("snake.parquet", pa.table({
    "id": pa.array(["a/base", "b/chat"]),
    "created_at": pa.array([DAY, DAY], pa.timestamp("us", "UTC")),
    "downloads_all_time": pa.array([5000, 7]),
    "base_models": pa.array([None, {"relation": "finetune", "models": [{"_id": "1", "id": "a/base"}]}], base_models),
    "card_data": pa.array(['{"license": "mit"}', None]),
}))
write("both.parquet", pa.table({
    "id": pa.array(["b/chat"]),
    "base_models": pa.array([{"relation": "finetune", "models": [{"_id": "1", "id": "a/wrong"}]}], base_models),
    "baseModels": pa.array([{"relation": "merge", "models": [{"_id": "1", "id": "a/base"}]}], base_models),
    "downloads_all_time": pa.array([1]),
    "downloadsAllTime": pa.array([2]),
}))

# Words that stand for nothing, as pandas makes them where it makes texts of all; words.csv is the same.
words = {
    "id": ["o/x", "nan", "o/z"],
    "modelId": ["None", "o/y", "<NA>"],
    "_id": ["nan", "NULL", ""],
    "downloads": ["nan", "5", " None "],
    "createdAt": ["NaT", "2024-05-01", ""],
    "pipeline_tag": ["None", "nan", "NaN"],
    "library_name": ["<NA>", "peft", "\\N"],
    "gated": ["nan", "auto", "None"],
    "disabled": ["None", "True", "nan"],
    "sha": ["None", "null", "nan"],
    "baseModels": ["nan", "None", '{"relation":"merge","models":[{"id":"a/b"}]}'],
    "cardData": ['{"base_model":"a/c"}', "nan", "None"],
    "license_name": ["nan", "None", "mine"],
}
write("words.parquet", pa.table(words))
write("words-delta.parquet", pa.table(words), use_dictionary=False, column_encoding={name: "DELTA_BYTE_ARRAY" for name in words})

# Rows of which each has another spelling, and other types in it, as tables of several writers are after they were joined;
# spellings.csv is the same.
write("spellings.parquet", pa.table({
    "id": pa.array(["o/x", None, None, ""]),
    "modelId": pa.array([None, "o/y", None, None]),
    "repo_id": pa.array(["o/no", None, "o/z", "o/w"]),
    "createdAt": pa.array([DAY, None, None, None], pa.timestamp("us", "UTC")),
    "created_at": pa.array(["2020-01-01", "2024-05-01 12:30:00", None, None]),
    "created": pa.array([None, None, 1714566600, None], pa.int32()),
    "downloadsAllTime": pa.array([1, None, None, None], pa.int64()),
    "downloads_all_time": pa.array(["9", "2", None, None]),
    "baseModels": pa.array(['{"relation":"merge","models":[{"_id":"1","id":"a/b"}]}', None, "null", None]),
    "base_models": pa.array([
        {"relation": "finetune", "models": [{"_id": "1", "id": "a/wrong"}]},
        {"relation": "finetune", "models": [{"_id": "2", "id": "a/c"}]},
        {"relation": "adapter", "models": []},
        None,
    ], base_models),
    "cardData": pa.array(['{"license":"mit"}', None, "null", None]),
    "card_data": pa.array(['{"license":"gpl"}', '{"license":"bsd"}', '{"base_model":"a/d"}', None]),
    "safetensors": pa.array([{"total": 5}, None, {"total": None}, None]),
    "parameters": pa.array([1, 7, None, None], pa.int64()),
    "num_parameters": pa.array([2.0, None, 8.0, None]),
}))
write("beside.parquet", pa.table({
    "id": ["o/x", "o/y", "o/z"],
    "safetensors": ['{"total": 5}', None, '{"sum": 5}'],
    "parameters": [1, 7, 9],
    "tags": [["old"], ["kept"], ["kept"]],
    "topics": ["['new', 'license:mit']", None, "None"],
}))
write("refused/card_data.parquet", pa.table({"id": ["a/b"], "cardData": ["{}"], "card_data": pa.array([{"base_model": "a/base"}])}))

# Lists that are all empty have no type; they say that there is no parent, as other empty lists do.
nothing = pa.array([None, {"relation": None, "models": []}], pa.struct([("relation", pa.null()), ("models", pa.list_(pa.null()))]))
write("empty.parquet", pa.table({"id": ["a/base", "b/chat"], "baseModels": nothing}))
write("empty-lists.parquet", pa.table({"id": ["a/base", "b/chat"], "baseModels": pa.array([None, []], pa.list_(pa.null()))}))

# A packing that the program lacks.
write("brotli.parquet", pa.table({"id": ["a/base"]}), compression="brotli")

# Encrypted, with the footer and without.
import base64
import pyarrow.parquet.encryption as pe


class Kms(pe.KmsClient):
    def __init__(self, config):
        pe.KmsClient.__init__(self)

    def wrap_key(self, key, master):
        return base64.b64encode(key)

    def unwrap_key(self, key, master):
        return base64.b64decode(key)


for name, plaintext in [("encrypted.parquet", False), ("encrypted-columns.parquet", True)]:
    config = pe.EncryptionConfiguration(footer_key="k", column_keys={"k": ["id"]}, plaintext_footer=plaintext)
    properties = pe.CryptoFactory(Kms).file_encryption_properties(pe.KmsConnectionConfig(), config)
    write(name, pa.table({"id": ["a/base"]}), encryption_properties=properties)

# Tables of other people, as a data set's viewer converts them.
write("ecosystem.parquet", pa.table({
    "model_id": ["a/base", "b/chat", "c/blend"],
    "likes": [3.0, 0.0, None],
    "tags": ["['en', 'license:mit']", "['base_model:a/base', 'base_model:finetune:a/base']", None],
    "createdAt": ["2024-05-01 12:30:00+00:00"] * 3,
    "parent_model": ["[]", "['a/base']", "['a/base', 'b/chat']"],
    "finetune_parent": ["[]", "['a/base']", None],
    "merge_parent": [None, "[]", "['a/base', 'b/chat']"],
}))
write("links.parquet", pa.table({
    "model_id": ["c/blend", "b/chat", "c/blend"],
    "relation": ["merge", None, "merge"],
    "base_model_id": ["a/base", "a/base", "b/chat"],
}))
write("parents.parquet", pa.table({"id": ["b/chat", "c/blend"], "base_ids": [["a/base"], ["a/base", "b/chat"]], "likes": [1, 2]}))

# Pages with checksums, in several row groups: no change of it gives other rows in silence.
write("checked.parquet", pa.table({
    "id": [f"o{at % 7}/m{at}" for at in range(60)],
    "tags": [["en", f"base_model:o{at % 5}/m{at // 2}"] if at % 3 else [] for at in range(60)],
    "baseModels": [f'{{"relation":"merge","models":[{{"_id":"1","id":"a/{at % 4}"}}]}}' if at % 6 == 0 else None for at in range(60)],
    "cardData": [f'{{"base_model":"b/{at}","license":"mit"}}' if at % 9 == 0 else None for at in range(60)],
}), row_group_size=25, compression="zstd", write_page_checksum=True)
# The same texts in the encodings that are no dictionary.
delta = {"id": "DELTA_BYTE_ARRAY", "tags.list.element": "DELTA_LENGTH_BYTE_ARRAY", "cardData": "PLAIN"}
write("delta.parquet", pq.read_table(HERE / "checked.parquet"), row_group_size=25, compression="gzip", use_dictionary=False,
      column_encoding=delta, data_page_version="2.0")
# Neither packed nor with checksums: a change comes as far as it can.
bare = pq.read_table(HERE / "today.parquet")
write("bare.parquet", pa.concat_tables([bare] * 8), row_group_size=17, compression="none", store_schema=False,
      use_dictionary=["tags.list.element", "downloads", "id", "baseModels.models.list.element.id", "createdAt"],
      column_encoding={"likes": "DELTA_BINARY_PACKED", "cardData": "DELTA_BYTE_ARRAY"})
