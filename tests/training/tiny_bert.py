"""An encoder small enough to be trained within a test."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer, models, pre_tokenizers, processors


def save_tiny_bert(folder: Path, words: Sequence[str]) -> Path:
    """Write a BERT of two layers that knows these words, of which [CLS] is the third and [SEP] the fourth."""
    # torch takes seconds to import, and its own imports warn: who trains has it loaded already
    from transformers import BertConfig, BertModel

    _save_tokenizer(folder, words)
    BertModel(BertConfig(**_sizes(words)), add_pooling_layer=False).save_pretrained(folder)
    return folder


def save_tiny_mpnet(folder: Path, words: Sequence[str]) -> Path:
    """Write an MPNet of the same size, likewise; it counts places from behind the first word, which stands for none."""
    from transformers import MPNetConfig, MPNetModel

    _save_tokenizer(folder, words)
    config = MPNetConfig(**_sizes(words), pad_token_id=0)
    MPNetModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def _save_tokenizer(folder: Path, words: Sequence[str]) -> None:
    tokenizer = Tokenizer(models.WordLevel({word: row for row, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))


def _sizes(words: Sequence[str]) -> dict[str, Any]:
    import torch

    torch.manual_seed(0)
    return {
        "vocab_size": len(words),
        "hidden_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 128,
        "max_position_embeddings": 192,
        "initializer_range": 0.2,  # word vectors are not trained: they must differ from the start
    }
