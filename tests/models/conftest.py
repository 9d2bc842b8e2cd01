"""A whole encoder of a few kilobytes: what the encoder models can do without the starter."""

import json
from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import BertConfig, BertModel

WORDS = {"billing": "refund invoice charge money paid", "login": "password account locked sign email"}
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
N_POSITIONS = 64


@pytest.fixture(scope="package", autouse=True)
def one_thread():
    """Small networks learn faster on one thread, above all where others use the processor too."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def texts():
    """Return (text, label) pairs that anything can learn."""
    return [
        (f"my {a} and the {b} {n}", label)
        for label, words in WORDS.items()
        for n, a in enumerate(words.split())
        for b in words.split()[n : n + 3]
    ]


@pytest.fixture(scope="session")
def pairs():
    """Pairs to learn from, by the kind of answer."""
    classify = texts()
    tag = [(x, frozenset({y, "urgent"}) if n % 3 == 0 else frozenset({y})) for n, (x, y) in enumerate(classify)]
    return {"classify": classify, "tag": tag}


def write_encoder(folder: Path, **changed) -> Path:
    """Write a BERT with random weights and a WordPiece of our words and all letters."""
    words = sorted({word for text, _ in texts() for word in text.split()})
    letters = [chr(n) for n in range(97, 123)]
    vocabulary = [*SPECIAL, *words, *letters, *(f"##{one}" for one in letters)]
    numbered = {word: n for n, word in enumerate(dict.fromkeys(vocabulary))}
    tokenizer = Tokenizer(models.WordPiece(vocab=numbered, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.save(str(folder / "tokenizer.json"))
    shape = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    shape |= {"vocab_size": tokenizer.get_vocab_size(), "max_position_embeddings": N_POSITIONS} | changed
    torch.manual_seed(0)
    BertModel(BertConfig(**shape)).save_pretrained(folder, safe_serialization=True)
    assert json.loads((folder / "config.json").read_text())["hidden_size"] == shape["hidden_size"]
    return folder


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory):
    """A folder with config.json, tokenizer.json and model.safetensors."""
    return write_encoder(tmp_path_factory.mktemp("encoder"))
