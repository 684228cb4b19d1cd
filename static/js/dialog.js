// A section that asks first becomes a native dialog; a link to it opens it.
for (const section of document.querySelectorAll('[data-module="dialog"]')) {
  const frame = document.createElement("dialog");
  frame.className = "dialog-frame";
  frame.setAttribute("aria-labelledby", section.getAttribute("aria-labelledby"));
  section.removeAttribute("aria-labelledby");
  section.before(frame);
  frame.append(section);
  frame.addEventListener("click", (event) => {
    if (!event.target.closest("[data-close]")) return;
    event.preventDefault();
    frame.close();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest(`a[href="#${CSS.escape(section.id)}"]`)) return;
    event.preventDefault();
    frame.showModal();
  });
  if (section.querySelector('[aria-invalid="true"]') || window.location.hash === `#${section.id}`) frame.showModal();
}
