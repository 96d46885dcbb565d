"""onnxruntime, which sends its makers word of how it is used unless it is told not to before it is loaded."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

__all__ = ["onnxruntime"]
