// The door: reads QR codes from the camera or from a picture, sends them to this site, keeps the numbers fresh.
const door = document.querySelector('[data-module="check-in"]');
const { readBarcodes, prepareZXingModule } = window.ZXingWASM;
prepareZXingModule({ overrides: { locateFile: () => door.dataset.wasm } });

const video = door.querySelector("[data-camera]");
const message = door.querySelector("[data-message]");
const start = door.querySelector("[data-start]");
const stop = door.querySelector("[data-stop]");
const AGAIN_AFTER = 4000; // the same code held before the camera counts once
let stream = null;
let last = { code: "", at: 0 };

const say = (text, state = "") => {
  message.textContent = text;
  message.className = state ? `door-message door-message--${state}` : "door-message";
};

const showCounts = (counts) => {
  for (const [name, number] of Object.entries(counts)) {
    const place = door.querySelector(`[data-count="${name}"]`);
    if (place) place.textContent = number;
  }
};

const send = async (code) => {
  if (code === last.code && Date.now() - last.at < AGAIN_AFTER) return;
  last = { code, at: Date.now() };
  const form = new URLSearchParams({ csrf_token: door.dataset.token, code, scope: door.dataset.scope });
  try {
    const answer = await fetch(door.dataset.scan, { method: "POST", body: form, credentials: "same-origin" });
    if (answer.redirected) { window.location.reload(); return; }
    const found = await answer.json();
    say([found.name, found.city, found.text].filter(Boolean).join(" · "), found.state);
    if (found.counts) showCounts(found.counts);
    navigator.vibrate?.(found.state === "new" ? 80 : [60, 60, 60]);
  } catch {
    last = { code: "", at: 0 };
    say(door.dataset.offline, "refused");
  }
};

const read = async (picture) => {
  const found = await readBarcodes(picture, { formats: ["QRCode"], tryHarder: true, maxNumberOfSymbols: 1 });
  return found.length ? found[0].text : "";
};

const canvas = document.createElement("canvas");
const look = async () => {
  if (!stream) return;
  if (video.videoWidth) {
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(video, 0, 0);
    const code = await read(context.getImageData(0, 0, canvas.width, canvas.height));
    if (code) await send(code);
  }
  window.setTimeout(look, 150);
};

const close = () => {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  video.hidden = stop.hidden = true;
  start.hidden = false;
};

start.addEventListener("click", async () => {
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch (error) {
    say(error.name === "NotAllowedError" ? door.dataset.denied : door.dataset.missing, "refused");
    return;
  }
  video.srcObject = stream;
  video.hidden = stop.hidden = false;
  start.hidden = true;
  say(door.dataset.scanning);
  await video.play();
  look();
});
stop.addEventListener("click", close);
window.addEventListener("pagehide", close);

door.querySelector("[data-picture]").addEventListener("change", async (event) => {
  const file = event.target.files[0];
  if (!file) return;
  const code = await read(file);
  event.target.value = "";
  if (code) await send(code);
  else say(door.dataset.nothing, "refused");
});

door.querySelector("[data-scan-buttons]").hidden = false;
if (!navigator.mediaDevices?.getUserMedia) start.hidden = true;

window.setInterval(async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch(door.dataset.counts, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) showCounts(await answer.json());
  } catch {
    // no connection just now: the numbers come with the next turn
  }
}, 5000);
