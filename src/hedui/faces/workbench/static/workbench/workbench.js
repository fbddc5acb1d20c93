// Where to go on after a part of the page was replaced: the field or summary that asks for it.
document.addEventListener("htmx:after:swap", () => {
  const wanted = document.querySelector("#member-form [autofocus]");
  if (wanted) {
    wanted.focus();
    wanted.scrollIntoView({ block: "center" });
  }
});

// A folded part opens when a link leads into it, and the menu closes when one looks elsewhere.
document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  const goal = link && document.getElementById(link.getAttribute("href").slice(1));
  if (goal) {
    const fold = goal.closest("details");
    if (fold) fold.open = true;
    event.preventDefault();
    goal.focus();
    goal.scrollIntoView({ block: "center" });
  }
  for (const menu of document.querySelectorAll("details.who[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    for (const menu of document.querySelectorAll("details.who[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
