// On a narrow screen the navigation scrolls sideways: it begins with the entry of this page in sight.

const entry = document.querySelector(".site-nav [aria-current]");
const nav = entry?.closest("nav");
if (nav) nav.scrollLeft = entry.offsetLeft - nav.offsetLeft - (nav.clientWidth - entry.offsetWidth) / 2;
