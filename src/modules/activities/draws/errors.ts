import { defineErrors } from '../../../platform/errors.ts';

export const drawErrors = defineErrors({
  no_chance_left: [409, 'The customer has no chance that is not used'],
  nonce_used: [409, 'This nonce was drawn on already'],
  draw_prize_too_valuable: [422, 'A ticket, or one purchase, could bring more than a draw may promise'],
  draw_frozen: [409, 'What a draw that has begun says is changed by two people'],
  draw_not_begun: [409, 'The draw has not begun: the activity itself can be changed'],
  draw_not_revealed: [409, 'The seed is revealed when the draw is over'],
  draw_change_decided: [409, 'The change is decided already'],
  draw_change_by_one: [403, 'Who asked for the change cannot agree to it'],
});
