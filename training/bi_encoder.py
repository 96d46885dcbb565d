"""The network that is trained to embed: queries and passages to vectors, near each other where one answers the other.

It sees what the shipped embedder sees: whole queries, and of passages the words that tell something. A query's right
passage stands against all other passages of the batch; those known to answer it as well are left out of the sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import BertModel, logging

from index.embedding.token_filter import TokenFilter
from training.embedding_examples import PairExample

_QUERY_TOKENS = 96
_PASSAGE_TOKENS = 160
"""Read of a passage before its telling words are chosen, of which most have fewer than 128."""
_TEMPERATURE = 0.05
_ROWS_AT_ONCE = 48
"""Texts of like length go through the network together: little padding, and what is computed stays in the cache."""


@dataclass(frozen=True, slots=True)
class PairBatch:
    """Token ids of n queries and m passages, each once; `right`: (n,) the passage that each query should find.

    `ignored`: (n, m) bool, passages that answer the query as well.
    """

    queries: Sequence[Sequence[int]]
    passages: Sequence[Sequence[int]]
    right: torch.Tensor
    ignored: torch.Tensor


class TextTokens:
    """Queries and passages to the tokens that the shipped embedder reads."""

    def __init__(self, weights: Path) -> None:
        """Take the tokenizer of the weights in a folder."""
        self._tokenizer = Tokenizer.from_file(str(weights / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._telling = TokenFilter(self._tokenizer)

    def queries(self, texts: Sequence[str]) -> list[Sequence[int]]:
        """Return all tokens of each query, up to a limit."""
        self._tokenizer.enable_truncation(_QUERY_TOKENS)
        return [one.ids for one in self._tokenizer.encode_batch(list(texts))]

    def passages(self, texts: Sequence[str]) -> list[Sequence[int]]:
        """Return the tokens of each passage that tell something."""
        self._tokenizer.enable_truncation(_PASSAGE_TOKENS)
        return [self._telling.of(one.ids) for one in self._tokenizer.encode_batch(list(texts))]


def new_encoder(weights: Path, *, attention: str = "sdpa") -> BertModel:
    """Load the weights in a folder. Word vectors stay: the data is small."""
    logging.set_verbosity_error()  # that the pooling layer is not read is no news
    model = BertModel.from_pretrained(
        weights,
        add_pooling_layer=False,
        attn_implementation=attention,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    for parameters in model.embeddings.parameters():
        parameters.requires_grad = False
    return model


def make_batch(examples: Sequence[PairExample], tokens: TextTokens) -> PairBatch:
    """Turn examples into tokens; a passage that several of them name is embedded once."""
    columns = {text: None for one in examples for text in (one.passage, *one.negatives)}
    texts = list(columns)
    place = {text: column for column, text in enumerate(texts)}
    right = torch.tensor([place[one.passage] for one in examples])
    ignored = torch.tensor([[text in one.also_right and text != one.passage for text in texts] for one in examples])
    return PairBatch(tokens.queries([one.query for one in examples]), tokens.passages(texts), right, ignored)


def vectors(model: BertModel, texts: Sequence[Sequence[int]]) -> torch.Tensor:
    """Return (n, dimension) float32, the means over each text's tokens, of unit length, in the order given."""
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    parts = []
    for first in range(0, len(order), _ROWS_AT_ONCE):
        some = [texts[row] for row in order[first : first + _ROWS_AT_ONCE]]
        ids = torch.zeros(len(some), max(map(len, some)), dtype=torch.int64, device=model.device)
        mask = torch.zeros_like(ids)
        for row, tokens in enumerate(some):
            ids[row, : len(tokens)] = torch.tensor(tokens)
            mask[row, : len(tokens)] = 1
        states = model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        shares = mask.unsqueeze(-1).float()
        parts.append((states * shares).sum(1) / shares.sum(1))
    back = torch.tensor(order, device=model.device).argsort()
    return torch.nn.functional.normalize(torch.cat(parts)[back], dim=1)


def loss(model: BertModel, batch: PairBatch) -> torch.Tensor:
    """Return the mean of -log P(right passage | passages of the batch) (van den Oord et al., 2018)."""
    scores = vectors(model, batch.queries) @ vectors(model, batch.passages).T / _TEMPERATURE
    scores = scores.masked_fill(batch.ignored.to(scores.device), -torch.inf)
    return torch.nn.functional.cross_entropy(scores, batch.right.to(scores.device))
