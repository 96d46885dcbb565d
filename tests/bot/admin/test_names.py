"""What admins say of names: how it is read, kept and taken back."""

import pytest

from bot.admin.names import NameCorrection, Verdict, keep_correction, listed, read_correction
from bot.errors import InvalidCorrection
from bot.store import Store


@pytest.mark.parametrize(
    ("words", "correction"),
    [
        ("Bill Clinton = William Clinton", NameCorrection("Bill Clinton", "William Clinton", Verdict.SAME)),
        (" John  Smith!=Jon Smith ", NameCorrection("John Smith", "Jon Smith", Verdict.OTHERS)),
        ("A Lee ≠ B Lee", NameCorrection("A Lee", "B Lee", Verdict.OTHERS)),
        ("A Lee ~ B Lee", NameCorrection("A Lee", "B Lee", Verdict.UNDECIDED)),
    ],
)
def test_a_sign_between_two_names_says_what_they_are(words: str, correction: NameCorrection) -> None:
    assert read_correction(words) == correction


@pytest.mark.parametrize("words", ["", "Bill Clinton", "= Clinton", "A Lee = B Lee = C Lee", "… = B Lee"])
def test_anything_else_is_refused_with_what_is_expected(words: str) -> None:
    with pytest.raises(InvalidCorrection, match="Bill Clinton = William Clinton"):
        read_correction(words)


def test_the_last_word_on_two_names_counts_whatever_their_order() -> None:
    with Store.in_memory() as store:
        keep_correction(read_correction("Bill Clinton = William Clinton"), store.names, by="shell:0")
        keep_correction(read_correction("John Smith = Jon Smith"), store.names, by="shell:0")
        keep_correction(read_correction("William Clinton != Bill Clinton"), store.names, by="telegram:1")
        assert listed(store.name_corrections()) == ["John Smith = Jon Smith", "Bill Clinton ≠ William Clinton"]
        assert keep_correction(read_correction("Jon Smith ~ John Smith"), store.names, by="shell:0")
        assert not keep_correction(read_correction("Jon Smith ~ John Smith"), store.names, by="shell:0")
        assert listed(store.name_corrections()) == ["Bill Clinton ≠ William Clinton"]
