"""One blueprint a screen: guard, parse, call one service, choose the page."""
