// Asks how far a job is and shows it; loads the page anew when its state changed.
for (const section of document.querySelectorAll("[data-job-progress]")) {
  const ask = async () => {
    try {
      const answer = await fetch(section.dataset.jobProgress, { credentials: "same-origin" });
      if (answer.ok && !answer.redirected) {
        const found = await answer.json();
        const bar = section.querySelector(".progress__fill");
        if (found.state !== section.dataset.jobState || (found.done && !bar)) {
          location.reload();
          return;
        }
        bar?.setAttribute("width", `${(100 * found.done) / Math.max(1, found.total)}%`);
      }
    } catch {
      // no connection just now: the next turn asks again
    }
    setTimeout(ask, 2000);
  };
  setTimeout(ask, 1000);
}
