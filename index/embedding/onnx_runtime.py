"""onnxruntime, which reports to its makers how it is used, unless that is switched off before it is loaded."""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime

__all__ = ["onnxruntime"]
