"""Learning on from a translator that others trained: a folder of `transformers`' Marian, tiny and real."""

import json
import struct
import warnings

import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import MarianConfig, MarianMTModel

from luodi.contracts import Recipe
from luodi.errors import SetupError
from luodi.models.seq2seq import Seq2SeqModel
from luodi.runtime import keeping
from luodi.runtime.session import open_session
from luodi.testing_generate import check_writer
from luodi.train import borrowed, spm

WORDS = {"red": "rot", "blue": "blau", "old": "alt", "lamp": "Lampe", "house": "Haus"}
TEXTS = {"source": [f"{a} {b}" for a in WORDS for b in WORDS],
         "target": [f"{a} {b}" for a in WORDS.values() for b in WORDS.values()]}  # fmt: skip
PAIRS = [
    ({"text": f"{a} {b} {n}", "language": "de"}, frozenset({f"{WORDS[a]} {WORDS[b]} {n}"}))
    for a in WORDS
    for b in WORDS
    for n in range(3)
]


def field(number, value):
    """Write a field of a protocol buffer."""
    if isinstance(value, int):
        return bytes([number << 3, value])
    if isinstance(value, float):
        return bytes([number << 3 | 5]) + struct.pack("<f", value)
    size, head = len(value), bytes([number << 3 | 2])
    while size > 127:
        head, size = head + bytes([size & 127 | 128]), size >> 7
    return head + bytes([size]) + value


def write_spm(file, texts, kind=1):
    """Train a unigram model and write it as SentencePiece does; return its pieces."""
    made = Tokenizer(models.Unigram())
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    made.train_from_iterator(
        texts, trainers.UnigramTrainer(vocab_size=60, special_tokens=["<unk>"], unk_token="<unk>", show_progress=False)
    )
    learned = [(one, score) for one, score in json.loads(made.to_str())["model"]["vocab"] if one != "<unk>"]
    learned += [("▁", -9.0)] if "▁" not in dict(learned) else []
    pieces = [("<unk>", 0.0, 2), ("<s>", 0.0, 3), ("</s>", 0.0, 3), *((one, score, 1) for one, score in learned)]
    content = b"".join(
        field(1, field(1, one.encode()) + field(2, score) + field(3, what)) for one, score, what in pieces
    )
    file.write_bytes(content + field(2, field(3, kind)))
    return [one for one, _ in learned]


def write_base(folder, *, before=(), **changed):
    """Write a translator that knows nothing but its pieces."""
    words = dict.fromkeys(["</s>", "<unk>", *before])
    for name, texts in TEXTS.items():
        words |= dict.fromkeys(write_spm(folder / f"{name}.spm", texts))
    listed = [*words, "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({one: n for n, one in enumerate(listed)}), encoding="utf-8")
    torch.manual_seed(1)
    config = MarianConfig(
        vocab_size=len(listed), decoder_vocab_size=len(listed), d_model=32, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, dropout=0.1,
        activation_function="swish", max_position_embeddings=128, pad_token_id=len(listed) - 1, scale_embedding=True,
        decoder_start_token_id=len(listed) - 1, eos_token_id=0, forced_eos_token_id=0,
    )  # fmt: skip
    MarianMTModel(config).save_pretrained(folder)
    if changed:
        told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        (folder / "config.json").write_text(json.dumps(told | changed), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return write_base(tmp_path_factory.mktemp("opus-tiny"))


def test_a_base_stays_what_it_is_beside_the_marks_that_it_gets(base):
    theirs = MarianMTModel.from_pretrained(base).eval()
    ours = borrowed.network(base, seed=7).eval()
    pieces = borrowed.pieces(base, language="de")
    ids = torch.tensor([[*pieces.numbers(["red house"], ["rot Haus"])[0][0], 0]])
    n = theirs.config.vocab_size - 1

    with torch.inference_mode():
        a, b = (
            net(input_ids=ids, decoder_input_ids=torch.tensor([[net.config.pad_token_id, 3]])).logits
            for net in (theirs, ours)
        )

    assert torch.allclose(a[..., :n], b[..., :n], atol=1e-5)
    assert pieces.words[-10:] == list(keeping.MARKS) and len(pieces.words) == ours.config.vocab_size - 1
    assert not ours.model.shared.weight[-1].detach().any()


def test_texts_are_cut_as_sentencepiece_cuts_them_and_marks_stay_whole(base):
    cut = spm.tokenizer(base / "source.spm", marks=keeping.MARKS)

    tokens = cut.encode("red <p0> house </s>", add_special_tokens=False).tokens

    assert "".join(tokens) == "▁red▁<p0>▁house▁</s>" and "<p0>" in tokens and "</s>" not in tokens


def test_the_same_text_gets_the_pieces_that_sentencepiece_gives_it(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sentencepiece = pytest.importorskip("sentencepiece", reason="sentencepiece is not installed: pip install it")
    texts = [*TEXTS["source"], "ﬁne ½ ｗｉｄｅ café", "it's 12.5 % of “all”"] * 20
    (tmp_path / "texts.txt").write_text("\n".join(texts), encoding="utf-8")
    prefix = str(tmp_path / "made")
    sentencepiece.SentencePieceTrainer.train(
        input=str(tmp_path / "texts.txt"), model_prefix=prefix, vocab_size=36, minloglevel=2
    )
    theirs = sentencepiece.SentencePieceProcessor(model_file=f"{prefix}.model")

    ours = spm.tokenizer(tmp_path / "made.model")

    for text in [*texts[:30], "a  b", "unseen 字 words"]:
        assert ours.encode(text, add_special_tokens=False).tokens == theirs.encode(text, out_type=str)


@pytest.mark.slow
def test_what_is_learned_on_from_a_base_keeps_the_contract_of_a_writer(base, tmp_path):
    check_writer("seq2seq", PAIRS, tmp_path, recipe=Recipe(base=str(base), epochs=4, max_minutes=1.0))


@pytest.mark.slow
def test_a_base_learns_the_pairs_and_is_served_in_small_integers(base, tmp_path):
    model = Seq2SeqModel()
    facts = model.fit(PAIRS, PAIRS, recipe=Recipe(base=str(base), epochs=250, learning_rate=3e-3, max_minutes=1.0),
                      work=tmp_path)  # fmt: skip
    (tmp_path / "session").mkdir()
    model.export(tmp_path / "session")

    (ours,) = model.predict([{"text": "blue lamp 4711"}])
    (served,) = open_session(tmp_path / "session").predict([{"text": "blue lamp 4711"}])

    assert facts["base"] == base.name
    assert ours["text"] == served["text"] == "blau Lampe 4711"
    assert not {path.suffix for path in (tmp_path / "session").iterdir()} & {".pt", ".spm"}


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        pytest.param({"activation_function": "gelu"}, "activation_function is 'gelu'", id="another activation"),
        pytest.param({"model_type": "mbart"}, "model_type is 'mbart'", id="another model"),
        pytest.param({"normalize_before": True}, "normalize_before is True", id="norms elsewhere"),
        pytest.param({"decoder_attention_heads": 8}, "other numbers of heads", id="heads"),
    ],
)
def test_another_network_than_our_pass_computes_is_refused(tmp_path, changed, what):
    write_base(tmp_path, **changed)

    with pytest.raises(SetupError, match="no translator that can be learned on") as caught:
        borrowed.network(tmp_path, seed=7)

    assert what in caught.value.what


def test_pickled_weights_are_never_read_and_how_to_turn_them_is_said(base, tmp_path):
    for file in base.iterdir():
        (tmp_path / file.name.replace("model.safetensors", "pytorch_model.bin")).write_bytes(file.read_bytes())

    with pytest.raises(SetupError, match=r"no model\.safetensors") as caught:
        borrowed.find(str(tmp_path))

    assert "save_pretrained" in caught.value.fix


@pytest.mark.parametrize(
    ("content", "what"),
    [
        pytest.param(b"", "no SentencePiece model", id="nothing"),
        pytest.param(b"\x0a\xff\xff", "no SentencePiece model", id="cut"),
        pytest.param(b"{}", "no SentencePiece model", id="another file"),
    ],
)
def test_a_file_that_is_no_model_of_pieces_is_refused(tmp_path, content, what):
    (tmp_path / "source.spm").write_bytes(content)

    with pytest.raises(SetupError, match=what):
        spm.tokenizer(tmp_path / "source.spm")


def test_a_model_of_pieces_of_another_kind_is_refused(tmp_path):
    write_spm(tmp_path / "source.spm", TEXTS["source"], kind=2)

    with pytest.raises(SetupError, match="no unigram model"):
        spm.tokenizer(tmp_path / "source.spm")


def test_a_base_of_several_languages_gets_the_mark_of_the_one_to_write(tmp_path):
    write_base(tmp_path, before=(">>deu<<", ">>cmn_Hans<<"))

    made = borrowed.pieces(tmp_path, language="zh")

    assert made.prefix == ">>cmn_Hans<<" and made.numbers(["red"], ["rot"])[0][0][0] == 3
    with pytest.raises(SetupError, match="several languages, and 'fr' is not among them"):
        borrowed.pieces(tmp_path, language="fr")


def test_a_base_that_is_not_here_is_named(monkeypatch):
    monkeypatch.delenv("LUODI_NETWORK", raising=False)

    with pytest.raises(SetupError, match="there is no translator 'opus/none'"):
        borrowed.find("opus/none")
