// Asks how far a list is and shows it; loads the page anew when it is done.
for (const section of document.querySelectorAll("[data-people-progress]")) {
  const done = section.querySelector("[data-done]");
  const ask = async () => {
    try {
      const answer = await fetch(section.dataset.peopleProgress, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) {
        const found = await answer.json();
        if (found.state !== "entering") {
          location.reload();
          return;
        }
        done.textContent = found.done;
        section.querySelector(".progress__fill")?.setAttribute("width", `${(100 * found.done) / Math.max(1, found.total)}%`);
      }
    } catch {
      // no connection just now: the next turn asks again
    }
    setTimeout(ask, 2000);
  };
  setTimeout(ask, 2000);
}
