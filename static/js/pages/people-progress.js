// Asks how far a list is and shows it; loads the page anew when it is done.
for (const section of document.querySelectorAll("[data-people-progress]")) {
  const done = section.querySelector("[data-done]");
  const ask = async () => {
    try {
      const answer = await fetch(section.dataset.peopleProgress, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) {
        const found = await answer.json();
        const bar = section.querySelector(".progress__fill");
        if (found.state !== "entering" || (found.done && !bar)) {
          location.reload();
          return;
        }
        done.textContent = found.done;
        bar?.setAttribute("width", `${(100 * found.done) / Math.max(1, found.total)}%`);
      }
    } catch {
      // no connection just now: the next turn asks again
    }
    setTimeout(ask, 2000);
  };
  setTimeout(ask, 2000);
}
