"""The mean of several trained readers' weights: often better than each of them, at the price of one.

    python -m training.averaging --out DIR FOLDER FOLDER ...

Each FOLDER is the `reader/` of one run, all of the same shape and best from the same start ("model soups", Wortsman et
al. 2022). DIR gets the averaged weights and the first folder's tokenizer.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import BertForQuestionAnswering


def main() -> None:
    """Averages and writes."""
    parser = argparse.ArgumentParser(
        "python -m training.averaging", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("readers", type=Path, nargs="+", help="folders with trained weights")
    parser.add_argument("--out", type=Path, required=True, help="folder for the averaged weights")
    options = parser.parse_args()
    average_readers(options.readers, options.out)


def average_readers(readers: Sequence[Path], out: Path) -> None:
    """Writes the mean of the readers' weights, and the first one's tokenizer, to `out`."""
    mean = BertForQuestionAnswering.from_pretrained(readers[0])
    others = [BertForQuestionAnswering.from_pretrained(folder).state_dict() for folder in readers[1:]]
    with torch.no_grad():
        for name, weights in mean.state_dict().items():
            if weights.dtype.is_floating_point:
                weights.copy_(torch.stack([weights, *(other[name] for other in others)]).mean(0))
    mean.save_pretrained(out)
    (out / "tokenizer.json").write_bytes((readers[0] / "tokenizer.json").read_bytes())


if __name__ == "__main__":
    main()
