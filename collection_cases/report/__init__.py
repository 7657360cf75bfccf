from . import receipt_pdf
