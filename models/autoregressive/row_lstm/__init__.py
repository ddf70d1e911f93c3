"""Row LSTM: an LSTM that steps from row to row."""

from models.autoregressive.row_lstm.model import RowLSTM

__all__ = ["RowLSTM"]
