/**
 * First of all: no content security policy stops WebRTC, so its constructors go before anything else runs. frame-policy.ts lets no
 * script run in a realm that has not passed here.
 */
for (const name of Object.getOwnPropertyNames(globalThis)) {
  if (/RTC|WebTransport/.test(name)) Reflect.deleteProperty(globalThis, name);
}
