// Gives the server the code: that of the QR code's address by itself, or one that is typed.

const form = document.getElementById("form");
const said = document.getElementById("said");
const code = document.getElementById("code");

function pair() {
  said.textContent = "…";
  fetch("/pair", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ code: code.value.trim() }),
  }).then(
    (answer) =>
      answer.json().then((read) => {
        if (answer.ok) location.replace("/");
        else said.textContent = read.message;
      }),
    () => {
      said.textContent = "Limber does not answer. Is this phone in the same network?";
    },
  );
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  pair();
});

const given = /[#&]pair=([^&]+)/.exec(location.hash);
if (given) {
  code.value = decodeURIComponent(given[1]);
  history.replaceState(null, "", "/"); // the code is for once, and is no part of an address to keep
  pair();
}
