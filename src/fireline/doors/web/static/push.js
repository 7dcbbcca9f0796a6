// Subscribes this browser to pushes: `form[data-push-key]` is shown where the browser can, asks for
// leave when it is sent, and is sent on with the subscription as its field `address`.
(() => {
  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

  const subscription = async (key) => {
    if ((await Notification.requestPermission()) !== "granted") {
      throw new Error("This browser was told not to show notifications. Allow them for this site first.");
    }
    await navigator.serviceWorker.register("/static/push-worker.js");
    const registration = await ready();
    const there = await registration.pushManager.getSubscription();
    const wanted = bytes(key);
    const same = there && String(new Uint8Array(there.options.applicationServerKey)) === String(wanted);
    // Made for another key, it would be refused by its push service for ever.
    if (there && !same) await there.unsubscribe();
    return registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
  };

  // `navigator.serviceWorker.ready` waits for one that rules this page; ours rules /static/ alone.
  const ready = async () => {
    for (;;) {
      const found = await navigator.serviceWorker.getRegistration("/static/");
      if (found?.active) return found;
      await new Promise((wake) => setTimeout(wake, 50));
    }
  };

  for (const form of document.querySelectorAll("form[data-push-key]")) {
    const says = form.querySelector("[role=status]");
    form.hidden = false;
    if (!can || !form.dataset.pushKey) {
      for (const control of form.querySelectorAll("input,button")) control.disabled = true;
      says.textContent = can
        ? "This fireline has no key for pushes."
        : "This browser cannot be pushed to. On an iPhone, add this site to the home screen first.";
      continue;
    }
    form.addEventListener("submit", async (event) => {
      if (form.elements.address.value) return;
      event.preventDefault();
      says.textContent = "Asking this browser…";
      try {
        form.elements.address.value = JSON.stringify(await subscription(form.dataset.pushKey));
        form.submit();
      } catch (wrong) {
        says.textContent = wrong.message;
      }
    });
  }
})();
