import type { Module } from '../../platform/module.ts';
import { shippingSettings } from './settings.ts';

export const shippingModule: Module = { name: 'shipping', settings: shippingSettings };
