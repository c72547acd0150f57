// Loaded before the action: this Wine does not know TCP_KEEPIDLE, and a connection that asks for it fails.
require('node:net').Socket.prototype.setKeepAlive = function setKeepAlive() {
  return this;
};
