/** How the branches of all promotions begin, and no others. */
export const branchPrefix = 'promotions/';
