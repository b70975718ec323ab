"""The folders that hold something of a subject and so answer a recall."""

RECALL_FOLDERS = (
    "consent",
    "collect",
    "dicomweb",
    "select",
    "annotate",
    "preprocess",
    "publish",
    "ledger",
    "market",
    "train",
    "synthesize",
)
