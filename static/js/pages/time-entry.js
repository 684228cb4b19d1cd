// Shows the fields that fit the chosen precision, and asks this site for both clocks of what is being typed.
for (const section of document.querySelectorAll('[data-module="time-entry"]')) {
  const form = section.closest("form");
  const preview = section.querySelector("[data-time-preview]");
  const names = ["precision", "starts_on", "ends_on", "starts_time", "ends_time", "part_of_day", "starts_month", "ends_month", "zone", "starts_fold", "ends_fold", "programme"];
  const showFields = () => {
    const precision = form.elements.precision.value;
    for (const part of section.querySelectorAll("[data-precision]")) part.hidden = !part.dataset.precision.split(" ").includes(precision);
  };
  let timer = 0;
  let request = null;
  const ask = async () => {
    request?.abort();
    request = new AbortController();
    const query = new URLSearchParams();
    for (const name of names) {
      const value = form.elements[name]?.value;
      if (value) query.set(name, value);
    }
    try {
      const answer = await fetch(`${section.dataset.preview}?${query}`, { signal: request.signal, credentials: "same-origin" });
      if (!answer.ok || answer.redirected) return;
      const part = new DOMParser().parseFromString(await answer.text(), "text/html");
      preview.replaceChildren(...part.body.childNodes);
    } catch {
      // no connection just now: the clocks come with the next change, or when the form is sent
    }
  };
  section.addEventListener("input", (event) => {
    showFields();
    if (event.target.name?.endsWith("_fold")) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 250);
  });
  showFields();
}
