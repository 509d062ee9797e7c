// The contents stay in sight: beside the text, or, where there is no room for that, as a bar that folds.
const contents = document.querySelector("nav.contents");
const fold = contents.querySelector("details"), summary = contents.querySelector("summary");
const here = $("span", { className: "here" });
const narrow = matchMedia("(max-width: 70rem)");
const folds = () => { fold.open = !narrow.matches; };
const links = new Map([...contents.querySelectorAll("a")].map((link) => [link.hash.slice(1), link]));
contents.classList.add("bar");
summary.append(here);
folds();
narrow.addEventListener("change", folds);
contents.addEventListener("click", (event) => { if (event.target.closest("a") && narrow.matches) fold.open = false; });
contents.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !narrow.matches || !fold.open) return;
  fold.open = false;
  summary.focus();
});
// The section that is read is the one across a line in the upper part of the window.
const reading = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    const link = links.get(target.id);
    if (!isIntersecting || !link) continue;
    links.forEach((other) => other.removeAttribute("aria-current"));
    link.setAttribute("aria-current", "location");
    here.textContent = link.textContent;
  }
}, { rootMargin: "-25% 0% -74.9% 0%" });
document.querySelectorAll("main > section").forEach((section) => reading.observe(section));
