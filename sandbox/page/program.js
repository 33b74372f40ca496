// The buttons that start, stop and kill the program that runs the bot.

/** Makes the section. `act(action)` does start, stop or kill; render(program) shows the state. */
export function createProgram(root, act) {
  const state = root.querySelector("[data-testid=program-state]");
  const buttons = Object.fromEntries(["start", "stop", "kill"].map((action) => [action, root.querySelector(`[data-testid=program-${action}]`)]));
  let program = { available: false };
  let busy = null;

  for (const [action, button] of Object.entries(buttons)) {
    button.addEventListener("click", async () => {
      busy = { start: "Starting…", stop: "Stopping…", kill: "Killing…" }[action];
      draw();
      await act(action);
      busy = null;
      draw();
      // The pressed button is off now; the focus goes to the one that undoes it.
      if ([document.body, button].includes(document.activeElement)) buttons[program.running ? "stop" : "start"].focus();
    });
  }

  function draw() {
    root.hidden = !program.available;
    root.dataset.state = busy ? "busy" : program.running ? "running" : "stopped";
    state.textContent = busy ?? (program.running ? `The bot is running (pid ${program.pid})` : "The bot is stopped");
    buttons.start.disabled = Boolean(busy) || program.running;
    buttons.stop.disabled = Boolean(busy) || !program.running;
    buttons.kill.disabled = !program.running;
  }

  function render(next) {
    program = { ...program, ...next };
    draw();
  }

  return { render };
}
