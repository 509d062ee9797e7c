"""Random questions, each as a call and as a command line, which are made of the same draw and know nothing of each other."""

from __future__ import annotations

from random import Random
from typing import Any, NamedTuple

RELATIONS = ["finetune", "quantized", "adapter", "merge", "unstated"]
MEASURES = ["descendants", "direct", "authors", "downloads", "likes", "credit", "deepest", "first-degree", "downloads-with-own", "growth"]
GROUPED = ["descendants", "direct", "authors", "downloads", "likes"]
FACETS = ["month", "quarter", "year", "relation", "country", "licence", "size", "generation", "owner"]
ENDS = ["owner", "publisher", "converter", "country", "kind", "family"]
FAMILIES = ["Qwen", "Llama", "Gemma", "Mistral", "Phi", "DeepSeek", "Yi", "BERT"]


class Asked(NamedTuple):
    """A question: the method with what it is called with, and the words of the command line."""

    method: str
    names: tuple[Any, ...]
    keywords: dict[str, Any]
    words: list[str]


class Draw:
    """Draws questions about the models of a snapshot."""

    def __init__(self, seed: int, models: list[str]) -> None:
        self.random = Random(seed)
        self.models = models

    def maybe(self, often: float = 0.3) -> bool:
        return self.random.random() < often

    def filters(self, keywords: dict[str, Any], words: list[str], days: bool = True) -> None:
        """Adds some filters to both."""
        if self.maybe():
            some = self.random.sample(RELATIONS, self.random.randint(1, 3))
            keywords["relation"] = some if self.maybe(0.5) else ",".join(some)
            words += ["--relation", ",".join(some)]
        elif self.maybe():
            some = self.random.sample(RELATIONS, self.random.randint(1, 2))
            keywords["exclude"] = some
            words += ["--exclude", ",".join(some)]
        for name in ("no_unlisted", "fold_mirrors"):
            if self.maybe(0.15):
                keywords[name] = True
                words.append("--" + name.replace("_", "-"))
        if days:
            for name, years in (("since", range(2022, 2025)), ("until", range(2025, 2027))):
                if self.maybe(0.2):
                    day = f"{self.random.choice(years)}" + self.random.choice(["", "-03", "-03-07"])
                    keywords[name] = day
                    words += [f"--{name}", day]

    def top(self, keywords: dict[str, Any], words: list[str]) -> None:
        if self.maybe(0.5):
            top = self.random.choice([0, 1, 5, 50, 300])
            keywords["top"] = top or None
            words += ["--top", str(top)]

    def name(self) -> str:
        """A family, an owner, or a model."""
        model = self.random.choice(self.models)
        return self.random.choice([self.random.choice(FAMILIES), self.random.choice(FAMILIES), model.split("/")[0] + "/*", model])

    def question(self) -> Asked:
        kinds = ["family", "family_models", "rank", "rank", "compare", "flows", "search", "owners", "upstream", "why", "common", "siblings"]
        kinds += ["blast", "blast_models", "licences", "explain", "check"]
        return getattr(self, "_" + self.random.choice(kinds))()

    def _family(self) -> Asked:
        name, keywords, words = self.name(), {}, []
        if self.maybe():
            keywords["include_members"] = True
            words.append("--include-members")
        self.filters(keywords, words)
        return Asked("family", (name,), keywords, ["family", name, *words])

    def _family_models(self) -> Asked:
        name, part, keywords, words = self.name(), self.random.choice(["members", "f1", "f2", "f3"]), {}, []
        self.filters(keywords, words)
        return Asked("family_models", (name, part), keywords, ["family", name, "--list", part, *words])

    def _rank(self) -> Asked:
        of = self.random.choice(["models", "models", "owners", "families", "authors", "countries", "licences"])
        by = self.random.sample(MEASURES if of == "models" else GROUPED, self.random.randint(1, 3))
        keywords: dict[str, Any] = {"of": of}
        words = ["rank", "--of", of, "--by", ",".join(by)]
        if of not in ("owners", "families") and self.maybe():
            keywords["within"] = self.random.choice(FAMILIES)
            words += ["--within", keywords["within"]]
        self.top(keywords, words)
        self.filters(keywords, words)
        return Asked("rank", (by if len(by) > 1 else by[0],), keywords, words)

    def _compare(self) -> Asked:
        names = tuple(self.random.sample(FAMILIES, self.random.randint(1, 3)))
        keywords: dict[str, Any] = {}
        words = ["compare", *names]
        if self.maybe(0.7):
            keywords["by"] = self.random.choice(FACETS)
            words += ["--by", keywords["by"]]
            figures = ["f1", "f2", "authors"] if keywords["by"] == "generation" else ["f1", "f2", "share", "authors"]
            keywords["show"] = self.random.choice(figures)
            words += ["--show", keywords["show"]]
            self.top(keywords, words)
        self.filters(keywords, words)
        return Asked("compare", names, keywords, words)

    def _flows(self) -> Asked:
        by = self.random.choice(ENDS)
        keywords: dict[str, Any] = {}
        words = ["flows", "--by", by]
        if self.maybe():
            keywords["own"] = self.maybe(0.5)
            words += ["--own", "count" if keywords["own"] else "leave-out"]
        self.top(keywords, words)
        if by != "converter":
            self.filters(keywords, words)
        return Asked("flows", (by,), keywords, words)

    def _search(self) -> Asked:
        text = self.random.choice(["instruct", "qwen gguf", "7b chat", "lora", "nothing-is-called-so", self.random.choice(self.models)])
        keywords, words = {}, []
        self.top(keywords, words)
        return Asked("search", (text,), keywords, ["search", *text.split(), *words])

    def _owners(self) -> Asked:
        keywords, words = {}, ["owners"]
        if self.maybe():
            keywords["unknown"] = True
            words.append("--unknown")
        self.top(keywords, words)
        return Asked("owners", (), keywords, words)

    def _about(self, method: str, least: int, most: int, days: bool = True, options: tuple[str, ...] = ()) -> Asked:
        models = tuple(self.random.sample(self.models, self.random.randint(least, most)))
        keywords, words = {}, [method.split("_")[0], *models, *options]
        self.filters(keywords, words, days)
        return Asked(method, models, keywords, words)

    def _upstream(self) -> Asked:
        return self._about("upstream", 1, 3)

    def _why(self) -> Asked:
        asked = self._about("why", 2, 2, days=False)
        if self.maybe():
            return asked._replace(keywords={**asked.keywords, "max_paths": 5}, words=[*asked.words, "--all", "--max-paths", "5"])
        return asked

    def _common(self) -> Asked:
        return self._about("common", 2, 3, days=False)

    def _siblings(self) -> Asked:
        return self._about("siblings", 1, 2)

    def _blast(self) -> Asked:
        return self._about("blast", 1, 2)

    def _blast_models(self) -> Asked:
        return self._about("blast_models", 1, 2, options=("--list",))

    def _licences(self) -> Asked:
        return self._about("licences", 1, 3, days=False)

    def _explain(self) -> Asked:
        name = self.name()
        return Asked("explain", (name,), {}, ["explain", name])

    def _check(self) -> Asked:
        case = self.random.choice(["all", "bursts", "mirrors", "aliases", "path", "cycle", None])
        options = [] if case is None else [f"--{case}"] if case in ("bursts", "mirrors", "aliases") else ["--list", case]
        return Asked("check", (), {"list": case}, ["check", *options, *(["--top", "0"] if case in ("bursts", "mirrors", "aliases") else [])])
