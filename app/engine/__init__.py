"""The only room that knows SpiffWorkflow: releases in, steps out."""
