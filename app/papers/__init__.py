"""HTML -> PDF with right Devanagari: the only room that knows xhtml2pdf."""
