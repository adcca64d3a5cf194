// Before the page is drawn: what needs script may show, what stands in for it may not.
document.documentElement.dataset.js = "";
