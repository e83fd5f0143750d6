// A page that could not be made now: counts down and asks again.

const place = document.getElementById("retry");
let left = Number(place?.dataset.seconds ?? 0);

if (place && left > 0) {
  const timer = setInterval(() => {
    left -= 1;
    place.textContent = left > 0 ? `Next try in ${left} s.` : "Trying again…";
    if (left <= 0) {
      clearInterval(timer);
      location.reload();
    }
  }, 1000);
}
