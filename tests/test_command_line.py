"""The command-line contract, by real processes: what is printed where, in which shape, with which exit code."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import bot.__main__
import index.__main__
from benchmarks.articles import write_articles
from index import Article
from index.ingest.sources import read_articles
from index.library.disk.library import DiskLibrary
from tests.embedders import HashingEmbedder

_FIELDS = (
    {
        "id": "bridge",
        "title": "Old bridge opens again",
        "text": (
            "The old bridge in Marlow was closed for two years. The mayor, Ada Brook, opened it again on 3 May."
            "\n\n“The repair cost 4.2 million euros,” the council said. Cyclists may use both lanes of the bridge."
        ),
        "source": "The Courier",
        "published": "2024-05-04",
        "url": "https://courier.example/bridge",
    },
    {
        "id": "ferry",
        "title": "Ferry across the lake stops",
        "text": "The ferry ran for the last time on Sunday. Its owner, Tom Reed, blamed high fuel prices.",
        "published": "2024-06-01",
    },
)
_TEXTS = {fields["id"]: fields["text"] for fields in _FIELDS}
_ROOF = "The town library will get a new roof in October. Builder Nora Vale won the contract."
_SECONDS = 120


def _command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", *map(str, arguments)]


def _run(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:  # noqa: ANN401 - run's options
    return subprocess.run(_command(*arguments), capture_output=True, text=True, timeout=_SECONDS, **options)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A .jsonl file of two articles, and a line that is none."""
    path = tmp_path_factory.mktemp("articles") / "articles.jsonl"
    path.write_text("".join(f"{json.dumps(fields)}\n" for fields in _FIELDS) + "nonsense\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def build(articles: Path, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """`index build` of these articles."""
    return _run("index", "build", "--articles", articles, "--index", tmp_path_factory.mktemp("built") / "index")


@pytest.fixture(scope="module")
def built(build: subprocess.CompletedProcess[str]) -> Path:
    """The index folder that `index build` says it made."""
    return Path(json.loads(build.stdout.splitlines()[-1])["index"])


def test_build_ends_with_a_line_of_figures(build: subprocess.CompletedProcess[str], built: Path) -> None:
    figures = json.loads(build.stdout.splitlines()[-1])
    assert build.returncode == 0
    assert 0 <= figures.pop("seconds") < _SECONDS
    assert figures == {"articles": 2, "passages": 2, "embedded": 2, "skipped": 1, "index": str(built)}
    assert "articles.jsonl:3" in build.stderr


def test_an_index_is_kept_up_by_its_commands(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this process, by the commands' own entry: starting one for each would take longer than they do."""
    roof = tmp_path / "roof.txt"
    roof.write_text(_ROOF, encoding="utf-8")

    def run(*arguments: str) -> tuple[int, list[str]]:
        code = index.__main__.main([*arguments, "--index", str(tmp_path / "index")])
        return code, capsys.readouterr().out.splitlines()

    bridge, ferry = "bridge\t2024-05-04\tOld bridge opens again", "ferry\t2024-06-01\tFerry across the lake stops"
    run("build", "--articles", str(articles))
    first = DiskLibrary(tmp_path / "index").current_name()
    code, added = run("add", str(roof))
    assert (code, json.loads(added[-1])["articles"]) == (0, 3)
    assert run("list") == (0, [ferry, bridge, "roof.txt\t-\tRoof"])
    code, (heading, words) = run("search", "Who won the contract?", "--top-k", "1")
    assert (code, heading.split()) == (0, ["1", "0.895", "roof.txt", f"[0:{len(_ROOF)}]", "Roof"])
    assert words.strip() == _ROOF
    for scope in (["--source", "the courier"], ["--article", "bridge"], ["--before", "2024-05-31"]):
        code, (heading, _) = run("search", "Who won the contract?", *scope)
        assert (code, heading.split()[2]) == (0, "bridge")
    assert run("rollback") == (0, [f"back in service: {first}"])
    assert run("verify") == (0, [f"{first}: every file is as it was built"])
    assert run("remove", "bridge")[0] == 0
    assert run("list") == (0, [ferry])
    assert run("remove", "bridge") == (1, [])


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """What a shell starts behind an "&" ignores Ctrl-C, and so would all that it starts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.usefixtures("hears_ctrl_c")
def test_ctrl_c_calls_a_build_off_and_the_next_goes_on_from_there(tmp_path: Path) -> None:
    articles, folder = tmp_path / "articles.jsonl", tmp_path / "index"
    write_articles(articles, 250, seed=1)
    command = _command("index", "build", "--articles", articles, "--index", folder)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + _SECONDS
        while not list(folder.glob("unfinished/*.npz")) and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=_SECONDS)
    assert (process.returncode, output) == (1, "")
    assert errors.startswith("error: called off; nothing changed. The same command goes on where it stopped.")
    assert not (folder / "CURRENT").exists()

    done = json.loads(_run("index", "build", "--articles", articles, "--index", folder).stdout)

    assert done["articles"] == 250
    assert done["embedded"] <= done["passages"] - 1024
    assert list((folder / "unfinished").iterdir()) == []


def test_an_address_that_must_not_be_fetched_is_told_and_nothing_is_built(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = index.__main__.main(["add", "http://127.0.0.1:8080/story", "--index", str(tmp_path / "index")])

    output, errors = capsys.readouterr()
    assert (code, output) == (1, "")
    assert "http://127.0.0.1:8080/story: 127.0.0.1 is not fetched: it leads to 127.0.0.1, which is not" in errors
    assert not (tmp_path / "index").exists()


def test_feeds_are_read_once_and_each_failure_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["feeds", "--index", str(tmp_path / "index")]
    assert index.__main__.main(command) == 1
    assert "FEEDS names no feed" in capsys.readouterr().err

    monkeypatch.setenv("FEEDS", "http://127.0.0.1:8080/rss|15, http://[::1]:8080/rss")
    assert index.__main__.main(command) == 1
    errors = capsys.readouterr().err
    assert "http://127.0.0.1:8080/rss: not read: 127.0.0.1 is not fetched: it leads to 127.0.0.1, which is" in errors
    assert "http://[::1]:8080/rss: not read: ::1 is not fetched" in errors

    monkeypatch.setenv("FEEDS", "nonsense")
    assert index.__main__.main(command) == 1
    assert "FEEDS should be addresses such as https://news.example/rss|30" in capsys.readouterr().err


def test_a_digest_tells_what_came_in(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asking = ["digest", "--days", "31", "--until", "2024-06-01", "--index", str(built)]
    printed = _run("bot", *asking)
    code, asked = bot.__main__.main([*asking, "--json"]), capsys.readouterr()
    digest = json.loads(asked.out)
    ferry, bridge = digest["stories"]

    assert (printed.returncode, printed.stderr, code, asked.err) == (0, "", 0, "")
    assert printed.stdout.splitlines()[:2] == ["What came in, 1 May to 1 June 2024", "2 stories · 2 articles"]
    assert {name: value for name, value in digest.items() if name != "stories"} == {
        "from": "2024-05-01T23:59:59.999999+00:00",
        "to": "2024-06-01T23:59:59.999999+00:00",
        "articles": 2,
        "corrected": [],
        "shown": 2,
        "left_out": 0,
    }
    assert (bridge["title"], bridge["sources"], bridge["articles"], bridge["watched"]) == (
        "Old bridge opens again",
        ["The Courier"],
        ["bridge"],
        False,
    )
    for story in (ferry, bridge):
        cited = story["citation"]
        assert cited["quote"] == _TEXTS[cited["article"]][cited["start"] : cited["end"]]
        assert f"“{cited['quote']}”" in printed.stdout


def test_a_digest_of_no_or_too_many_days_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert bot.__main__.main(["digest", "--days", "32"]) == 2
    assert capsys.readouterr().err == "error: --days should be 1 to 31\n"


def test_a_changed_file_is_found_by_verify(articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    DiskLibrary(tmp_path).rebuild(read_articles(articles), HashingEmbedder())
    (days,) = (tmp_path / "segments").rglob("days.npy")
    days.unlink()

    code = index.__main__.main(["verify", "--index", str(tmp_path)])

    assert (code, capsys.readouterr().out) == (1, f"{days.parent.name}/days.npy: missing\n")


_WHO = "Who opened the bridge again?"
_QUESTIONS: dict[str, dict[str, Any]] = {
    "plain": {"question": _WHO},
    "of the ferry": {"question": _WHO, "articles": ["ferry"]},
    "of no article": {"question": _WHO, "articles": []},
    "of May": {"question": "Who owns the ferry?", "before": "2024-06-01"},
    "of long ago": {"question": _WHO, "before": "2020-01-01"},
    "follow-up": {"question": "And when was that?", "history": [{"question": _WHO, "answer": "Ada Brook"}]},
    "bare follow-up": {"question": "And when was that?", "history": [_WHO]},
    "off topic": {"question": "What is the price of tea in China?"},
    "empty": {"question": ""},
}


@pytest.fixture(scope="module")
def asked(built: Path, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """`bot ask --jsonl` with all of these questions."""
    path = tmp_path_factory.mktemp("questions") / "questions.jsonl"
    lines = [json.dumps({"id": name, **question}) for name, question in _QUESTIONS.items()]
    path.write_text("\n\n".join(lines), encoding="utf-8")
    return _run("bot", "ask", "--jsonl", path, "--index", built)


@pytest.fixture(scope="module")
def answers(asked: subprocess.CompletedProcess[str]) -> dict[str, dict[str, Any]]:
    """The answers by the id of their question."""
    return {answer["id"]: answer for answer in map(json.loads, asked.stdout.splitlines())}


def test_every_question_gets_one_line_in_order_and_nothing_else(
    asked: subprocess.CompletedProcess[str], answers: dict[str, dict[str, Any]]
) -> None:
    assert (asked.returncode, asked.stderr) == (0, "")
    assert list(answers) == list(_QUESTIONS)


def test_an_answer_has_the_agreed_keys_and_types(answers: dict[str, dict[str, Any]]) -> None:
    for answer in answers.values():
        answered = answer["answered"]
        assert _types(answer) == {
            "id": str,
            "kind": str,
            "resolved_question": str,
            "answered": bool,
            "confidence": float,
            "answer": str if answered and answer["answer"] is not None else type(None),
            "reason": type(None) if answered else str,
            "citations": list,
            "passages": list,
            "timings_ms": dict,
            **({"newest_article": str} if "newest_article" in answer else {}),
        }
        assert 0 <= answer["confidence"] <= 1
        assert {type(milliseconds) for milliseconds in answer["timings_ms"].values()} == {float}


def test_citations_are_verbatim_and_best_first(answers: dict[str, dict[str, Any]]) -> None:
    cited = [citation for answer in answers.values() for citation in answer["citations"]]
    assert cited
    for citation in cited:
        article = Article(citation["article"], "", _TEXTS[citation["article"]])
        assert citation == {
            "article": article.id,
            "revision": article.revision,
            "start": citation["start"],
            "end": citation["end"],
            "quote": article.text[citation["start"] : citation["end"]],
            "score": citation["score"],
        }
        assert _types(citation) | {"start": int, "end": int, "score": float} == _types(citation)
    assert answers["plain"]["confidence"] == answers["plain"]["citations"][0]["score"]


def test_passages_are_ranked(answers: dict[str, dict[str, Any]]) -> None:
    bridge, ferry = answers["plain"]["passages"]
    assert bridge == {"article": "bridge", "start": 0, "end": len(_TEXTS["bridge"]), "score": 0.845}
    assert ferry == {"article": "ferry", "start": 0, "end": len(_TEXTS["ferry"]), "score": 0.0}


@pytest.mark.parametrize(
    ("name", "allowed"), [("of the ferry", {"ferry"}), ("of May", {"bridge"}), ("of no article", set())]
)
def test_citations_and_passages_keep_within_the_scope(
    answers: dict[str, dict[str, Any]], name: str, allowed: set[str]
) -> None:
    answer = answers[name]
    assert {citation["article"] for citation in answer["citations"]} == allowed
    assert {passage["article"] for passage in answer["passages"]} == allowed


def test_history_may_be_objects_or_bare_questions(answers: dict[str, dict[str, Any]]) -> None:
    understood = [answers[name]["resolved_question"] for name in ("follow-up", "bare follow-up", "plain")]
    about = "the bridge – And when was that?"
    assert understood == [about, about, _WHO]


def test_a_refusal_says_why(answers: dict[str, dict[str, Any]]) -> None:
    reasons = {name: answers[name]["reason"] for name in ("of long ago", "of no article", "off topic", "empty")}
    assert reasons == {
        "of long ago": "outside the dates or articles asked for",
        "of no article": "outside the dates or articles asked for",
        "off topic": "nothing on the topic",
        "empty": "no question",
    }


def test_each_answer_comes_before_the_next_question_is_read(built: Path) -> None:
    """Ends with a line that is no question: those before it have been answered by then."""
    with subprocess.Popen(
        _command("bot", "ask", "--jsonl", "-", "--index", built),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        for number in (1, 2):
            process.stdin.write(json.dumps({"id": number, "question": _WHO}) + "\n")
            process.stdin.flush()
            assert select.select([process.stdout], [], [], _SECONDS)[0], "no answer came"
            assert json.loads(process.stdout.readline())["id"] == number
        rest, errors = process.communicate('{"query": "of another shape"}\n', timeout=_SECONDS)
    assert (process.returncode, rest) == (1, "")
    assert "line 3 is not a question" in errors


def test_one_question_as_json(built: Path, answers: dict[str, dict[str, Any]]) -> None:
    done = _run("bot", "ask", "--json", _WHO, "--index", built)
    answer, expected = json.loads(done.stdout), dict(answers["plain"])
    assert expected.pop("id") == "plain"
    assert answer.pop("timings_ms").keys() == expected.pop("timings_ms").keys()
    assert (done.returncode, done.stderr, answer) == (0, "", expected)


def test_who_reads_one_answer_and_leaves_causes_no_error(built: Path, tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text('{"question": "Who brokered the ceasefire?"}\n' * 50, encoding="utf-8")
    command = [sys.executable, "-m", "bot", "ask", "--index", str(built), "--jsonl", str(questions)]

    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""


def test_a_missing_index_says_what_to_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = bot.__main__.main(["ask", _WHO, "--index", str(tmp_path / "nothing")])

    complaint = f"There is no index in {tmp_path / 'nothing'}. Run `python -m index build --articles seeds --index"
    assert (code, capsys.readouterr()) == (1, ("", f"error: {complaint} {tmp_path / 'nothing'}`.\n"))


def test_an_index_of_another_model_is_refused(
    articles: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    DiskLibrary(tmp_path).rebuild(read_articles(articles), HashingEmbedder())

    code = bot.__main__.main(["ask", _WHO, "--index", str(tmp_path)])

    output, errors = capsys.readouterr()
    assert (code, output) == (1, "")
    assert "was built with hashing (hashing, 64 dimensions), but the model in use is all-MiniLM-L6-v2" in errors
    assert "Run `python -m index renew`" in errors

    assert index.__main__.main(["renew", "--index", str(tmp_path)]) == 0
    assert json.loads(capsys.readouterr().out)["embedded"] == 2
    assert bot.__main__.main(["ask", _WHO, "--index", str(tmp_path)]) == 0
    assert "Ada Brook" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["ask"], ["ask", _WHO, "--jsonl", "-"], ["sing"]], ids=" ".join)
def test_misuse_exits_with_2_and_prints_nothing(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code: object = bot.__main__.main(arguments)
    except SystemExit as exit:
        code = exit.code
    assert (code, capsys.readouterr().out) == (2, "")


def test_without_a_token_run_indexes_the_articles_and_talks_here(articles: Path, tmp_path: Path) -> None:
    environment = os.environ | {
        "ARTICLES": str(articles),
        "INDEX": str(tmp_path / "index"),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'newsquote.db'}",
    }
    done = _run("bot", "run", env=environment, input=f"{_WHO}\n")
    assert done.returncode == 0
    assert done.stderr.startswith("TELEGRAM_BOT_TOKEN is not set (see .env.example): talking here instead.\n")
    assert " INFO " not in done.stderr
    assert done.stdout.startswith("I answer questions about 2 news articles")
    assert f"\n> {_WHO}\n" in done.stdout
    assert done.stdout.endswith("\nGoodbye.\n")
    assert DiskLibrary(tmp_path / "index").names()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # those of torch's own imports
def test_any_sentence_transformers_model_can_take_the_place_of_the_shipped_one(
    tiny_model: Path,
    articles: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    asking = ["ask", "--json", _WHO, "--index", str(tmp_path)]
    monkeypatch.setenv("EMBEDDING_MODEL", str(tiny_model))
    assert index.__main__.main(["build", "--articles", str(articles), "--index", str(tmp_path)]) == 0
    built = json.loads(capsys.readouterr().out)
    assert bot.__main__.main(asking) == 0
    answered = json.loads(capsys.readouterr().out)
    monkeypatch.delenv("EMBEDDING_MODEL")
    refused = bot.__main__.main(asking)
    assert built["passages"] == 2
    assert [passage["article"] for passage in answered["passages"]] == ["bridge", "ferry"]
    assert (refused, f"was built with {tiny_model.name}" in capsys.readouterr().err) == (1, True)


def _types(fields: dict[str, Any]) -> dict[str, type]:
    return {name: type(value) for name, value in fields.items()}


def test_check_says_of_each_quotation_where_it_is_from(
    built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = 'They write: "The repair cost 4.3 million euros".\r\nAnd: “The ferry ran for the last time on Sunday.”'
    (tmp_path / "text.txt").write_bytes(text.encode())
    in_file = ["check", str(tmp_path / "text.txt"), "--index", str(built)]
    assert bot.__main__.main([*in_file, "--json"]) == 0
    altered, verbatim = json.loads(capsys.readouterr().out)["quotes"]
    assert [(quote["verdict"], text[quote["start"] : quote["end"]]) for quote in (altered, verbatim)] == [
        ("altered", "The repair cost 4.3 million euros"),
        ("verbatim", "The ferry ran for the last time on Sunday"),
    ]
    for quote, words in ((altered, "The repair cost 4.2 million euros"), (verbatim, verbatim["text"])):
        [match] = quote["matches"]
        assert match["text"] == _TEXTS[match["article"]][match["start"] : match["end"]] == words
        assert (len(match["revision"]), match["permalink"]) == (16, None)
    told = _run("bot", "check", "-", "--index", built, input=text)
    assert (told.returncode, told.stderr) == (0, "")
    assert "“4.3” is “4.2” in the article." in told.stdout
    (tmp_path / "text.txt").write_bytes(b"\xff")
    assert bot.__main__.main(in_file) == 1


def test_speakers_prints_a_json_object_for_each_statement(built: Path) -> None:
    done = _run("index", "speakers", "--index", built, "--jsonl")
    bridge, ferry = _TEXTS["bridge"], _TEXTS["ferry"]

    def place(words: str, text: str) -> list[int]:
        return [text.index(words), text.index(words) + len(words)]

    quote, blamed = place("“The repair cost 4.2 million euros,”", bridge), place("high fuel prices", ferry)
    council, owner = place("the council", bridge), place("Its owner, Tom Reed", ferry)
    assert (done.returncode, [json.loads(line) for line in done.stdout.splitlines()]) == (
        0,
        [
            {"article": "bridge", "start": quote[0], "end": quote[1], "kind": "direct", "mention": council,
             "speaker": "the council"},
            {"article": "ferry", "start": blamed[0], "end": blamed[1], "kind": "reported", "mention": owner,
             "speaker": "Tom Reed"},
        ],
    )  # fmt: skip
