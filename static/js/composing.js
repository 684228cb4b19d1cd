// Enter that only confirms a word being composed (Chinese, Japanese, Korean) never submits a form.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229)) event.stopPropagation();
  if (event.key === "Enter" && (event.isComposing || event.keyCode === 229) && event.target.form) event.preventDefault();
}, true);
document.documentElement.classList.add("has-scripts");
