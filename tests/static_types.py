"""Read by mypy, never run: every task module is a `Task`, every model class a `Model`."""

from typing import Any

from luodi.contracts import Draft, Model, Pretrains, Refuses, Scarce, Scores, Session, Span, Task
from luodi.models.distilled import Distilled
from luodi.models.encoder import Encoder
from luodi.models.encoder_few import EncoderFew
from luodi.models.encoder_frozen import EncoderFrozen
from luodi.models.encoder_scratch import EncoderScratch
from luodi.models.lead import Lead
from luodi.models.majority import Majority
from luodi.models.nb_svm import NbSvm
from luodi.models.reader_encoder import ReaderEncoder
from luodi.models.reader_light import ReaderLight
from luodi.models.reader_overlap import ReaderOverlap
from luodi.models.sentence_selector import SentenceSelector
from luodi.models.static_embedding import StaticEmbedding
from luodi.models.textrank import TextRank
from luodi.models.tfidf_logreg import TfidfLogreg
from luodi.runtime.engine_constant import Constant
from luodi.runtime.engine_light import Light
from luodi.runtime.engine_network import GraphSession
from luodi.runtime.engine_ngrams import Ngrams
from luodi.runtime.engine_open import OpenReader
from luodi.runtime.engine_overlap import Overlap
from luodi.runtime.engine_reader import Reader
from luodi.runtime.engine_selector import Selector
from luodi.runtime.engine_tokens import Tokens
from luodi.tasks import question_answering, sentiment, summarization, text_classification, topic_tagging, translation

TextModel = Model[str, Any, Scores]
ReadingModel = Model[dict[str, Any], Any, list[Span]]
SelectingModel = Model[dict[str, Any], Any, Draft]

question_answering_is_a_task: Task = question_answering
sentiment_is_a_task: Task = sentiment
summarization_is_a_task: Task = summarization
translation_is_a_task: Task = translation
text_classification_is_a_task: Task = text_classification
topic_tagging_is_a_task: Task = topic_tagging

distilled_is_a_model: type[TextModel] = Distilled
encoder_is_a_model: type[TextModel] = Encoder
encoder_few_is_a_model: type[TextModel] = EncoderFew
encoder_frozen_is_a_model: type[TextModel] = EncoderFrozen
encoder_scratch_is_a_model: type[TextModel] = EncoderScratch
majority_is_a_model: type[TextModel] = Majority
nb_svm_is_a_model: type[TextModel] = NbSvm
static_embedding_is_a_model: type[TextModel] = StaticEmbedding
tfidf_logreg_is_a_model: type[TextModel] = TfidfLogreg

lead_is_a_model: type[SelectingModel] = Lead
sentence_selector_is_a_model: type[SelectingModel] = SentenceSelector
textrank_is_a_model: type[SelectingModel] = TextRank

reader_encoder_is_a_model: type[ReadingModel] = ReaderEncoder
reader_light_is_a_model: type[ReadingModel] = ReaderLight
reader_overlap_is_a_model: type[ReadingModel] = ReaderOverlap

distilled_pretrains: type[Pretrains] = Distilled
distilled_refuses: type[Refuses] = Distilled
encoder_pretrains: type[Pretrains] = Encoder
encoder_scratch_pretrains: type[Pretrains] = EncoderScratch
encoder_refuses: type[Refuses] = Encoder
encoder_few_refuses: type[Refuses] = EncoderFew
encoder_few_is_for_few: type[Scarce] = EncoderFew
encoder_frozen_refuses: type[Refuses] = EncoderFrozen
reader_encoder_refuses: type[Refuses] = ReaderEncoder
encoder_scratch_refuses: type[Refuses] = EncoderScratch

sessions: tuple[type[Session[str, Scores]], ...] = (Constant, GraphSession, Ngrams, Tokens)
selectors: tuple[type[Session[dict[str, Any], Draft]], ...] = (Selector,)
readers: tuple[type[Session[dict[str, Any], list[Span]]], ...] = (Light, OpenReader, Overlap, Reader)
