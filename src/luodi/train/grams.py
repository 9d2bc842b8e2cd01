"""A small encoder that needs no other's weights: a BERT body over vectors of tokens and of the n-grams they stand in.

A short text says most by its pairs and triples of tokens. Their vectors are found by a hash of the token ids, computed
inside the network, so that the exported graph still takes nothing but ids and a mask.

Source: Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information", section 3.2 (hashed n-grams); Diao et
al. 2020, "ZEN: Pre-training Chinese Text Encoder Enhanced by N-gram Representations" (n-grams into a Transformer).
"""

from typing import Any

import torch
from transformers import BertConfig, BertModel

MODEL_TYPE = "luodi-grams"
FACTORS = (509, 251)  # OpenVINO computes remainders in float32: bucket * factor + id stays below 2**24
MOST_BUCKETS = 65_521
MOST_VOCABULARY = 1 << 15


class GramEncoder(torch.nn.Module):
    """Token ids (batch, time) to hidden states (batch, time, width), by the names that `transformers` uses."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__()
        assert config["gram_buckets"] <= MOST_BUCKETS
        assert config["vocab_size"] <= MOST_VOCABULARY
        keys = {key: value for key, value in config.items() if not key.startswith(("gram_", "model_type"))}
        # On a processor and short texts, the fused attention takes twice as long on the way back (docs/logbook.md)
        self.body = BertModel._from_config(BertConfig(**keys), attn_implementation="eager", add_pooling_layer=False)
        self.buckets, size = int(config["gram_buckets"]), int(config["gram_size"])
        self.pairs, self.triples = (torch.nn.Embedding(self.buckets, size) for _ in range(2))
        for table in (self.pairs, self.triples):
            torch.nn.init.normal_(table.weight, std=config.get("initializer_range", 0.02))
        self.join = torch.nn.Linear(3 * size, config["hidden_size"], bias=False)
        self.drop = torch.nn.Dropout(config["gram_dropout"])

    def get_input_embeddings(self) -> torch.nn.Embedding:
        return self.body.get_input_embeddings()  # type: ignore[no-any-return]

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        vectors = self.get_input_embeddings()(input_ids) + self.grams(input_ids, attention_mask)
        return self.body(inputs_embeds=vectors, attention_mask=attention_mask)

    def grams(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return what the pairs and the triple around each token say, shape (batch, time, width)."""
        nothing = torch.zeros_like(ids[:, :1])
        before = torch.cat([nothing, ids[:, :-1]], dim=1)
        after = torch.cat([ids[:, 1:], nothing], dim=1)
        pair, triple = hashed(before, ids, after, self.buckets)  # (batch, time)
        left = self.pairs(pair) * mask[..., None]  # (batch, time, gram_size), nothing beyond the text
        right = torch.cat([left[:, 1:], torch.zeros_like(left[:, :1])], dim=1)
        joined: torch.Tensor = self.join(self.drop(torch.cat([left, right, self.triples(triple)], dim=2)))
        return joined


def hashed(before: Any, token: Any, after: Any, buckets: int) -> tuple[Any, Any]:
    """Return the rows of the pair that a token ends and of the triple around it; of arrays or tensors of token ids."""
    pair = (before * FACTORS[0] + token) % buckets
    return pair, (pair * FACTORS[1] + after) % buckets
