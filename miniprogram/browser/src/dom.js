// Small elements of the phone's own: bars, dialogs, toasts.

/** Makes an element with a class, attributes and children. Listeners are attributes whose value is a function. */
export function h(phone, tag, className, attributes = {}, ...children) {
  const element = phone.document.createElement(tag)
  if (className) element.className = className
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value)
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...children.filter((c) => c !== undefined && c !== null))
  return element
}

/** The element that has the focus, also inside a shadow root. */
export function focused(phone) {
  const active = phone.mount.getRootNode().activeElement
  return active && phone.root.contains(active) ? active : null
}

/**
 * Says whether the focus is in the phone. That of an element which was disabled meanwhile, as a button is while it loads, or
 * which is gone, has gone nowhere, and counts as the phone's.
 */
export function holdsFocus(phone) {
  return focused(phone) !== null || (phone.touched && phone.document.activeElement === phone.document.body)
}
