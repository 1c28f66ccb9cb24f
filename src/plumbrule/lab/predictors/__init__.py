"""Models under test, through one seam: ONNX, skops, a Python function, a URL; each in a limited process of its own."""
