#!/usr/bin/env python3
"""How would a cluster count every owner's derivatives? The same counts on Apache Spark, from the exported Parquet pair.

    pip install pyspark==4.3.0                                  # and Java 17 or newer
    modelkin export --all -o hub.parquet                        # hub-nodes.parquet, hub-links.parquet
    python3 examples/spark_families.py hub-nodes.parquet hub-links.parquet > owners.csv
    modelkin rank --of owners --top 0 --format csv              # the same `id`, `direct`, `descendants`

`--family '^qwen/'` counts one family: the models whose id the expression (Java's syntax, without regard to case) finds.

Alone it runs on two cores of this machine and listens on the loopback only; `SPARK_DRIVER_MEMORY` gives it more than 1 GB.
On a cluster, which decides on these by itself, with paths that all its machines reach:

    spark-submit --master yarn examples/spark_families.py --checkpoint hdfs:///tmp/modelkin \\
        hdfs:///hub-nodes.parquet hdfs:///hub-links.parquet > owners.csv

A round follows one link more, and the longest of all shortest ways from a family says how many there are: on the Hub some
20, in a chain of a million models a million. Each has a fixed cost, half a second to two, whatever it finds, and reads
all that was found before. Without a checkpoint in every round the plan would hold all rounds before it and grow without
end. By default a checkpoint lies with the executors, and one that is lost ends the run; `--checkpoint DIR` keeps it in a
shared folder, which is not emptied at the end.
"""

import argparse
import csv
import os
import sys

from pyspark.sql import SparkSession, functions as f

LOCAL = """--master local[2] --conf spark.ui.enabled=false --conf spark.driver.bindAddress=127.0.0.1
    --conf spark.driver.host=127.0.0.1 --conf spark.sql.shuffle.partitions=2 pyspark-shell"""


def derivatives(members, links, keep):
    """F1 and F2 of every family, as `family`, `direct`, `descendants`.

    `members` are pairs of `family` and `model`, `links` pairs of `src` and `dst`; `keep` makes a checkpoint. What is known
    is not followed again, so cycles end and a model that is reached by two ways counts once; the members are known from
    the beginning, so they are never counted.
    """
    links = keep(links.select("src", "dst").distinct())
    known = edge = keep(members.select("family", "model", f.lit(0).alias("round")).distinct())
    parts = known.rdd.getNumPartitions()
    for number in range(1, sys.maxsize):
        step = edge.join(links, edge.model == links.src).select("family", f.col("dst").alias("model")).distinct()
        edge = keep(step.join(known, ["family", "model"], "left_anti").withColumn("round", f.lit(number)))
        if edge.isEmpty():
            break
        # A union has the parts of both: without this their number would grow with every round.
        known = keep(known.union(edge).coalesce(parts))
    found = known.where("round > 0").groupBy("family")
    return found.agg(f.count_if(f.col("round") == 1).alias("direct"), f.count("*").alias("descendants"))


def main(arguments=None):
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("nodes")
    words.add_argument("links")
    words.add_argument("--family", metavar="EXPRESSION", help="the models whose id it finds, instead of every owner")
    words.add_argument("--checkpoint", metavar="DIR", help="a folder that all machines of a cluster reach")
    words = words.parse_args(arguments)
    # Under spark-submit there is a Java process already, and these have no effect.
    os.environ.setdefault("PYSPARK_SUBMIT_ARGS", LOCAL)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    spark = SparkSession.builder.appName("modelkin families").getOrCreate()
    if words.checkpoint:
        spark.sparkContext.setCheckpointDir(words.checkpoint)
    nodes, links = spark.read.parquet(words.nodes), spark.read.parquet(words.links)
    if not nodes.where("status = 'collapsed'").isEmpty():
        sys.exit(f"{words.nodes}: nodes stand for several models each; export without --collapse")
    # Ids and owners are compared without regard to case. The oldest models have no owner in their ids (the column has that
    # of today's), and descend from others all the same.
    if words.family is not None:
        heads = nodes.where(f.col("id").rlike("(?i)" + words.family)).withColumn("owner", f.lit(words.family))
    else:
        heads = nodes.where("id LIKE '%/%'").withColumn("owner", f.split("id", "/")[0])
    members = heads.select(f.lower("owner").alias("family"), "owner", f.col("id").alias("model"))
    spelt = members.groupBy("family").agg(f.min("owner").alias("id"))
    counts = derivatives(members, links, lambda frame: frame.checkpoint() if words.checkpoint else frame.localCheckpoint())
    rows = counts.join(spelt, "family").orderBy(f.desc("descendants"), "family").select("id", "direct", "descendants")
    write = csv.writer(sys.stdout, lineterminator="\n")
    write.writerow(rows.columns)
    write.writerows(rows.collect())
    spark.stop()


if __name__ == "__main__":
    main()
