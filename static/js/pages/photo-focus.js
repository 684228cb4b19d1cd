// Shows the chosen photo and lets the speaker tap what stays in the middle; without it a side is chosen by name.
for (const part of document.querySelectorAll('[data-module="photo-focus"]')) {
  const form = part.closest("form");
  const input = part.querySelector('input[type="file"]');
  const frame = part.querySelector(".photo-focus");
  const canvas = frame.querySelector("canvas");
  const choice = part.querySelector(".photo-focus__choice");
  const fields = [form.elements.focus_x, form.elements.focus_y];
  let picture = null;

  const draw = (x, y) => {
    const scale = Math.min(1, 480 / picture.width, 480 / picture.height);
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    const side = Math.min(canvas.width, canvas.height);
    const left = Math.min(Math.max(x * canvas.width - side / 2, 0), canvas.width - side);
    const top = Math.min(Math.max(y * canvas.height - side / 2, 0), canvas.height - side);
    const pen = canvas.getContext("2d");
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    pen.fillStyle = "rgba(0, 0, 0, .55)";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, left / scale, top / scale, side / scale, side / scale, left, top, side, side);
    fields[0].value = x.toFixed(4);
    fields[1].value = y.toFixed(4);
  };

  const forget = () => {
    picture = null;
    frame.hidden = true;
    choice.hidden = false;
    for (const field of fields) field.value = "";
  };

  input.addEventListener("change", async () => {
    forget();
    const file = input.files[0];
    input.setCustomValidity(file && file.size > Number(part.dataset.most) ? part.dataset.tooLarge : "");
    if (!file || !input.reportValidity()) return;
    try {
      picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
      return; // no picture that this browser can show: the server says what is wrong
    }
    frame.hidden = false;
    choice.hidden = true;
    draw(0.5, picture.height > picture.width ? 0.35 : 0.5);
  });

  canvas.addEventListener("click", (event) => {
    if (!picture) return;
    const box = canvas.getBoundingClientRect();
    draw((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  });
}
