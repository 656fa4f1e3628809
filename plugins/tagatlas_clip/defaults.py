"""The default models.

Chosen on open_clip's ``docs/openclip_results.csv`` (at commit f862f86: zero-shot accuracy on
ImageNet and on average over 38 datasets, GFLOPs of both towers), among weights whose licence
allows any use:

===================== =================== ======== ======== ====== =========
model                 pretrained          ImageNet 38 sets  GFLOPs licence
===================== =================== ======== ======== ====== =========
ViT-B-32-256          datacomp_s34b_b86k  72.8 %   60.9 %   17     MIT
ViT-SO400M-14-SigLIP  webli               82.0 %   68.1 %   234    Apache
===================== =================== ======== ======== ====== =========

No model of the table with less than 40 GFLOPs is better than the first, and none with less than 380
is better on the 38 datasets than the second.
"""

from __future__ import annotations

ON_CPU = ("ViT-B-32-256", "datacomp_s34b_b86k")
ON_GPU = ("ViT-SO400M-14-SigLIP", "webli")
