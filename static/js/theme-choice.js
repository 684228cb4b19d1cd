// The choice of light, dark or system shows at once; the form saves it.
for (const choice of document.querySelectorAll('[data-module="theme-choice"]')) {
  choice.addEventListener("change", (event) => {
    const value = event.target.value;
    if (value === "light" || value === "dark") document.documentElement.dataset.theme = value;
    else delete document.documentElement.dataset.theme;
  });
}
